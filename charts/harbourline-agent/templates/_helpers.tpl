{{- define "agent.labels" -}}
app.kubernetes.io/name: harbourline-agent
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}
{{- define "agent.selector" -}}
app.kubernetes.io/name: harbourline-agent
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}
