// Command kubernetes reads manifests from standard input and decodes each strictly into its type of the API: a field that the API
// does not have, one given twice and a value of another type are errors.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"

	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/kubernetes/scheme"
)

func main() {
	kinds, err := decode(os.Stdin)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for _, kind := range kinds {
		fmt.Println(kind)
	}
}

func decode(manifests io.Reader) ([]string, error) {
	decoder := serializer.NewCodecFactory(scheme.Scheme, serializer.EnableStrict).UniversalDeserializer()
	reader := yaml.NewYAMLReader(bufio.NewReader(manifests))
	var kinds []string
	var wrong error
	for {
		document, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return kinds, wrong
		}
		if err != nil {
			return nil, err
		}
		if object, kind, err := decoder.Decode(document, nil, nil); err != nil {
			wrong = errors.Join(wrong, err)
		} else if object != nil {
			kinds = append(kinds, kind.Kind)
		}
	}
}
