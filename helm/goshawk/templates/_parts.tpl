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

{{- define "goshawk.security" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
runAsUser: 10001
capabilities: { drop: [ALL] }
seccompProfile: { type: RuntimeDefault }
{{- end }}
