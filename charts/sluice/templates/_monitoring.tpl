{{/* What a ServiceMonitor and a PodMonitor share, and the alerts. */}}

{{- define "sluice.endpoint" -}}
- port: http
  path: /metrics
  {{- range $key := list "scheme" "interval" "scrapeTimeout" }}
  {{- with index $ $key }}
  {{ $key }}: {{ . }}
  {{- end }}
  {{- end }}
  {{- range $key := list "tlsConfig" "relabelings" "metricRelabelings" }}
  {{- with index $ $key }}
  {{ $key }}:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- end }}
{{- end }}

{{/* The labels that the operator gives to what it scrapes here. */}}
{{- define "sluice.alertSelector" -}}
{{- $job := include "sluice.fullname" . }}
{{- if .Values.podMonitor.enabled }}
{{- $job = printf "%s/%s" (default .Release.Namespace .Values.podMonitor.namespace) $job }}
{{- $job = include "sluice.podLabels" . | fromYaml | dig (default "" .Values.podMonitor.jobLabel) $job }}
{{- else }}
{{- $job = include "sluice.serviceLabels" . | fromYaml | dig (default "" .Values.serviceMonitor.jobLabel) $job }}
{{- end }}
{{- default (printf "namespace=%q, job=%q" .Release.Namespace $job) .Values.prometheusRule.selector }}
{{- end }}

{{/* files/alerts.yaml with this release's selector and thresholds in it. */}}
{{- define "sluice.alerts" -}}
{{- $rule := .Values.prometheusRule }}
{{- .Files.Get "files/alerts.yaml"
  | replace "$SELECTOR" (include "sluice.alertSelector" .)
  | replace "$QUEUE_AGE_WARNING" (toString $rule.queueAgeWarningSeconds)
  | replace "$QUEUE_AGE_CRITICAL" (toString $rule.queueAgeCriticalSeconds) }}
{{- end }}
