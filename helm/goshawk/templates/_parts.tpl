{{- define "goshawk.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{- define "goshawk.labels" -}}
app.kubernetes.io/name: goshawk
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{- end }}

{{/* Environment of every process; `principal` is who it is to the broker. */}}
{{- define "goshawk.environment" -}}
- { name: KAFKA_BROKERS, value: {{ join "," .root.Values.kafka.brokers | quote }} }
- { name: KAFKA_SSL, value: {{ .root.Values.kafka.ssl | quote }} }
{{- if .root.Values.kafka.saslMechanism }}
- { name: KAFKA_SASL_MECHANISM, value: {{ .root.Values.kafka.saslMechanism | quote }} }
- { name: KAFKA_SASL_USERNAME, value: {{ .principal | quote }} }
- name: KAFKA_SASL_PASSWORD
  valueFrom: { secretKeyRef: { name: {{ .root.Values.kafka.passwordSecret | quote }}, key: {{ .principal | quote }} } }
{{- end }}
- { name: SCHEMA_REGISTRY_URL, value: {{ .root.Values.registry.url | quote }} }
- { name: GOSHAWK_INSTALLATION_ID, value: {{ .root.Values.installationId | quote }} }
- { name: LOG_LEVEL, value: {{ .root.Values.logLevel | quote }} }
{{- if .database }}
- name: DATABASE_URL
  valueFrom: { secretKeyRef: { name: {{ .root.Values.database.urlSecret | quote }}, key: url } }
{{- end }}
{{- end }}

{{/* V8's heap: three quarters of the memory limit among `resources`, which is given in Mi or Gi. */}}
{{- define "goshawk.heap" -}}
{{- $limit := dig "limits" "memory" "" (. | default dict) | toString -}}
{{- $mebibytes := 0 -}}
{{- if hasSuffix "Gi" $limit }}{{ $mebibytes = mulf (trimSuffix "Gi" $limit | float64) 768 | int }}{{ end -}}
{{- if hasSuffix "Mi" $limit }}{{ $mebibytes = mulf (trimSuffix "Mi" $limit | float64) 0.75 | int }}{{ end -}}
{{- if gt $mebibytes 0 -}}
- { name: NODE_OPTIONS, value: "--max-old-space-size={{ $mebibytes }}" }
{{- end -}}
{{- end }}

{{/* Where tokens' signing key lies below the data folder, when it comes from a secret. */}}
{{- define "goshawk.keyMount" -}}
{{- if .Values.keys.secret }}, { name: keys, mountPath: /data/keys, readOnly: true }{{ end -}}
{{- end }}
{{- define "goshawk.keyVolume" -}}
{{- if .Values.keys.secret }}, { name: keys, secret: { secretName: {{ .Values.keys.secret | quote }}, defaultMode: 0440 } }{{ end -}}
{{- end }}

{{- define "goshawk.organizationNetworks" -}}
{{- with .Values.outbound.organizationNetworks }}- { name: GOSHAWK_OUTBOUND_ORGANIZATION_NETWORKS, value: {{ join "," . | quote }} }{{ end -}}
{{- end }}

{{/* Name of the port of the API, which is its scheme. */}}
{{- define "goshawk.apiPort" -}}
{{ if .Values.api.tls.secret }}https{{ else }}http{{ end }}
{{- end }}
{{/* The whole folder, so that a renewed certificate is seen. */}}
{{- define "goshawk.tlsMount" -}}
{{- if .Values.api.tls.secret }}, { name: tls, mountPath: /run/secrets/goshawk-tls, readOnly: true }{{ end -}}
{{- end }}
{{- define "goshawk.tlsVolume" -}}
{{- with .Values.api.tls.secret }}, { name: tls, secret: { secretName: {{ . | quote }}, defaultMode: 0440 } }{{ end -}}
{{- end }}

{{- define "goshawk.security" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
runAsUser: 10001
capabilities: { drop: [ALL] }
seccompProfile: { type: RuntimeDefault }
{{- end }}
