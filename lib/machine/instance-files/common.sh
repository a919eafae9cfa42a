# Shared by the scripts of an instance. Variables come from the files in /etc/harbourline, named in instance.ts.

# What the instance knows about itself. METADATA_ENDPOINT is set by rehearsals and tests only.
metadata() {
  local endpoint=${METADATA_ENDPOINT:-http://169.254.169.254/latest} token
  token=$(curl -sf -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 300' "$endpoint/api/token")
  curl -sf -H "X-aws-ec2-metadata-token: $token" "$endpoint/meta-data/$1"
}

# Name of this instance's group.
group() {
  aws autoscaling describe-auto-scaling-instances --instance-ids "$INSTANCE_ID" \
    --query 'AutoScalingInstances[0].AutoScalingGroupName' --output text
}

# Tells Auto Scaling that a lifecycle hook of this instance is done. A hook that timed out is no longer there.
complete() {
  local group
  group=$(group)
  aws autoscaling complete-lifecycle-action --auto-scaling-group-name "$group" --lifecycle-hook-name "$1" \
    --instance-id "$INSTANCE_ID" --lifecycle-action-result "$2"
}

# Tells it that this instance is still at it: a hook without a sign of life ends after five minutes.
heartbeat() {
  local group
  group=$(group)
  aws autoscaling record-lifecycle-action-heartbeat --auto-scaling-group-name "$group" --lifecycle-hook-name "$1" \
    --instance-id "$INSTANCE_ID"
}

# Spans in the collector's disk queues, those under way included. Fails where the collector does not answer.
queued() {
  curl -sf "http://$LOOPBACK_ADDRESS:8888/metrics" | awk '/^otelcol_exporter_queue_size/ { sum += $2 } END { print sum + 0 }'
}

say() { echo "harbourline: $*"; }
