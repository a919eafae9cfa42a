package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
)

// identity is the agents' certificate as its secret holds it.
type identity struct {
	Certificate string `json:"certificate"`
	Key         string `json:"key"`
	Authority   string `json:"authority"`
}

// secretReader returns the text of a secret.
type secretReader func(ctx context.Context, id string) (string, error)

// secretsManager reads with the container's own role, whose credentials the SDK finds and renews.
func secretsManager(ctx context.Context, region string) (secretReader, error) {
	loaded, err := config.LoadDefaultConfig(ctx, config.WithRegion(region))
	if err != nil {
		return nil, err
	}
	client := secretsmanager.NewFromConfig(loaded)
	return func(ctx context.Context, id string) (string, error) {
		answer, err := client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &id})
		if err != nil {
			return "", fmt.Errorf("the secret %s cannot be read: has this container's role the policy AgentNodePolicy? %w", id, err)
		}
		if answer.SecretString == nil {
			return "", fmt.Errorf("the secret %s holds no text", id)
		}
		return *answer.SecretString, nil
	}, nil
}

// check says whether the three belong together: nothing is replaced by what would not work.
func (i identity) check() error {
	pair, err := tls.X509KeyPair([]byte(i.Certificate), []byte(i.Key))
	if err != nil {
		return err
	}
	authorities := x509.NewCertPool()
	if !authorities.AppendCertsFromPEM([]byte(i.Authority)) {
		return errors.New("there is no authority")
	}
	_, err = pair.Leaf.Verify(x509.VerifyOptions{
		Roots:     authorities,
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	})
	return err
}

// fetch writes the secret's certificate where the collector reads it, all three files at once: the collector must not meet a
// new certificate with an old key.
func fetch(ctx context.Context, read secretReader, secret, folder string) error {
	text, err := read(ctx, secret)
	if err != nil {
		return err
	}
	var fresh identity
	if err := json.Unmarshal([]byte(text), &fresh); err != nil {
		return errors.New("the secret of the certificate is no JSON")
	}
	if err := fresh.check(); err != nil {
		return fmt.Errorf("the secret's certificate does not work, and what is in use stays: %w", err)
	}
	files := map[string]string{
		"certificate.pem": fresh.Certificate, "key.pem": fresh.Key, "authority.pem": fresh.Authority,
	}
	if same(folder, files) {
		return nil
	}
	made, err := os.MkdirTemp(filepath.Dir(folder), "tls.")
	if err != nil {
		return err
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(made, name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	used, _ := os.Readlink(folder)
	link := folder + ".new"
	_ = os.Remove(link)
	if err := os.Symlink(made, link); err != nil {
		return err
	}
	if err := os.Rename(link, folder); err != nil {
		return err
	}
	if used != "" {
		_ = os.RemoveAll(used)
	}
	say("has a new certificate")
	return nil
}

func same(folder string, files map[string]string) bool {
	for name, text := range files {
		if there, err := os.ReadFile(filepath.Join(folder, name)); err != nil || !bytes.Equal(there, []byte(text)) {
			return false
		}
	}
	return true
}

// trusted is a sum of the authorities. The collector reads certificates again by itself, but whom it trusts only at its start.
func trusted(folder string) [sha256.Size]byte {
	text, _ := os.ReadFile(filepath.Join(folder, "authority.pem"))
	return sha256.Sum256(text)
}
