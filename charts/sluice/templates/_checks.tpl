{{/* Values that cannot be used together. Each check fails with a sentence that says what to change. */}}

{{- define "sluice.checks" -}}
{{- include "sluice.checkNames" . }}
{{- include "sluice.checkConfigSource" . }}
{{- include "sluice.checkListenAddress" . }}
{{- include "sluice.checkCredentials" . }}
{{- include "sluice.checkSecrets" . }}
{{- include "sluice.checkMode" . }}
{{- include "sluice.checkSpool" . }}
{{- include "sluice.checkBudget" . }}
{{- include "sluice.checkMonitoring" . }}
{{- end }}

{{/* A Service has the strictest name of all: a DNS label that begins with a letter. */}}
{{- define "sluice.checkNames" -}}
{{- $name := include "sluice.fullname" . }}
{{- if not (regexMatch "^[a-z]([-a-z0-9]*[a-z0-9])?$" $name) }}
{{- printf "Cannot name the objects: expected small letters, digits and \"-\" after a letter, at most 52, from fullnameOverride or the name of the release, found %s" $name | fail }}
{{- end }}
{{- end }}

{{- define "sluice.checkConfigSource" -}}
{{- if and .Values.existingConfigMap .Values.existingSecret }}
{{- fail "Cannot choose the configuration: expected one of existingConfigMap and existingSecret, found both" }}
{{- end }}
{{- if include "sluice.hasOwnConfig" . }}
{{- if not .Values.config.remoteWrite }}
{{- fail "Cannot write the configuration: expected a backend in config.remoteWrite, such as --set config.remoteWrite[0].url=https://metrics.example.com/api/v1/write, found none" }}
{{- end }}
{{- else if .Values.config.remoteWrite }}
{{- fail "Cannot choose the configuration: expected either config.remoteWrite or an existing ConfigMap or Secret, found both" }}
{{- else if .Values.replicaLabel.enabled }}
{{- fail "Cannot add the replica label to an existing configuration: expected labels.defaults with ${POD_NAME} in it and replicaLabel.enabled false, found true" }}
{{- end }}
{{- end }}

{{- define "sluice.checkListenAddress" -}}
{{- $address := toString (dig "listenAddress" "" .Values.config) }}
{{- if and $address (not (include "sluice.addressIsTold" .)) }}
{{- if not (hasSuffix (printf ":%v" .Values.containerPort) $address) }}
{{- printf "Cannot use config.listenAddress: expected the port of containerPort, %v, found %s" .Values.containerPort $address | fail }}
{{- end }}
{{- if regexMatch "^(127\\.|localhost:|\\[::1\\])" $address }}
{{- printf "Cannot use config.listenAddress: expected an address that other pods and probes reach, such as :%v, found %s" .Values.containerPort $address | fail }}
{{- end }}
{{- end }}
{{- end }}

{{/* Anyone who may read ConfigMaps could read it. */}}
{{- define "sluice.checkCredentials" -}}
{{- if not .Values.configSecret }}
{{- $places := list (list "authorization" "credentials") (list "basicAuth" "password") (list "oauth2" "clientSecret") (list "sigv4" "secretKey") (list "sigv4" "sessionToken") }}
{{- range $at, $backend := default list .Values.config.remoteWrite }}
{{- range $places }}
{{- $value := toString (dig (index . 0) (index . 1) "" $backend) }}
{{- if and $value (not (contains "${" $value)) }}
{{- printf "Cannot put config.remoteWrite[%d].%s.%s into a ConfigMap: expected a file from secrets, a variable such as ${TOKEN} from env, or configSecret: true, found the credential itself" $at (index . 0) (index . 1) | fail }}
{{- end }}
{{- end }}
{{- range $name, $value := default dict $backend.proxyConnectHeader }}
{{- if and (eq (lower $name) "proxy-authorization") (not (contains "${" (toString $value))) }}
{{- printf "Cannot put config.remoteWrite[%d].proxyConnectHeader.%s into a ConfigMap: expected a variable such as ${PROXY_AUTHORIZATION} from env, or configSecret: true, found the credential itself" $at $name | fail }}
{{- end }}
{{- end }}
{{- range $place, $url := dict "proxyUrl" $backend.proxyUrl "oauth2.proxyUrl" (dig "oauth2" "proxyUrl" "" $backend) }}
{{- $password := regexFind "^https?://[^@]*:[^@]+@" (toString $url) }}
{{- if and $password (not (contains "${" $password)) }}
{{- printf "Cannot put config.remoteWrite[%d].%s into a ConfigMap: expected a password from a variable, or configSecret: true, found the password itself" $at $place | fail }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- range $at, $backend := default list .Values.config.remoteWrite }}
{{- range $place, $url := dict "url" $backend.url "oauth2.tokenUrl" (dig "oauth2" "tokenUrl" "" $backend) }}
{{- if regexMatch "^https?://[^/?#]*@" (toString $url) }}
{{- printf "Cannot use config.remoteWrite[%d].%s: expected credentials under authorization, basicAuth or oauth2, found some in the URL" $at $place | fail }}
{{- end }}
{{- end }}
{{- range $name := keys (default dict $backend.headers) }}
{{- if eq (lower $name) "authorization" }}
{{- printf "Cannot use config.remoteWrite[%d].headers.%s: expected credentials under authorization or basicAuth, found this header" $at $name | fail }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* Kubernetes refuses two mounts at one path. */}}
{{- define "sluice.checkSecrets" -}}
{{- $mounted := dict }}
{{- range .Values.secrets }}
{{- $path := default (printf "/etc/sluice/secrets/%s" .name) .mountPath | trimSuffix "/" }}
{{- if hasKey $mounted $path }}
{{- $there := get $mounted $path }}
{{- printf "Cannot mount Secret %s at %s: expected a folder of its own for each (one entry of secrets mounts all keys of its Secret, or those in items), found %s there already" .name $path (ternary "it" (printf "Secret %s" $there) (eq $there .name)) | fail }}
{{- end }}
{{- $_ := set $mounted $path .name }}
{{- end }}
{{- end }}

{{- define "sluice.checkMode" -}}
{{- if eq .Values.mode "daemonset" }}
{{- if .Values.autoscaling.enabled }}
{{- fail "Cannot scale a DaemonSet: expected autoscaling.enabled false in mode daemonset, found true" }}
{{- end }}
{{- else if .Values.hostPort.enabled }}
{{- printf "Cannot use hostPort in mode %s: expected mode daemonset, where each node has one pod" .Values.mode | fail }}
{{- end }}
{{- if .Values.autoscaling.enabled }}
{{- $cpu := .Values.autoscaling.targetCPUUtilizationPercentage }}
{{- $memory := .Values.autoscaling.targetMemoryUtilizationPercentage }}
{{- if not (or $cpu $memory .Values.autoscaling.queueAge.enabled .Values.autoscaling.extraMetrics) }}
{{- fail "Cannot scale by nothing: expected a target for CPU, memory, queueAge or extraMetrics in autoscaling, found none" }}
{{- end }}
{{- if gt (.Values.autoscaling.minReplicas | int) (.Values.autoscaling.maxReplicas | int) }}
{{- printf "Cannot scale between %v and %v pods: expected minReplicas not above maxReplicas" .Values.autoscaling.minReplicas .Values.autoscaling.maxReplicas | fail }}
{{- end }}
{{- end }}
{{- end }}

{{- define "sluice.checkSpool" -}}
{{- if include "sluice.spoolIsClaimed" . }}
{{- $directory := include "sluice.spoolDirectory" . }}
{{- if not (or (eq $directory .Values.persistence.mountPath) (hasPrefix (printf "%s/" .Values.persistence.mountPath) $directory)) }}
{{- printf "Cannot use config.spool.directory: expected a directory in persistence.mountPath, %s, found %s" .Values.persistence.mountPath $directory | fail }}
{{- end }}
{{- $volume := include "sluice.mebibytes" .Values.persistence.size }}
{{- if eq $volume "unknown" }}
{{- printf "Cannot work out spool.maxSize: expected a size such as 10Gi as persistence.size, found %s" .Values.persistence.size | fail }}
{{- end }}
{{- if lt ($volume | int64) 20 }}
{{- printf "Cannot work out spool.maxSize: expected at least 20Mi as persistence.size, found %s" .Values.persistence.size | fail }}
{{- end }}
{{- $maxSize := include "sluice.mebibytes" (dig "spool" "maxSize" "0" .Values.config) }}
{{- if and (ne $maxSize "unknown") (gt ($maxSize | int64) ($volume | int64)) }}
{{- printf "Cannot use config.spool.maxSize: expected at most persistence.size, %s, found %v" .Values.persistence.size .Values.config.spool.maxSize | fail }}
{{- end }}
{{- else if and (eq .Values.mode "statefulset") (not (include "sluice.spoolDirectory" .)) (include "sluice.hasOwnConfig" .) }}
{{- fail "Cannot use mode statefulset without a spool: expected persistence.enabled true or config.spool, found neither (mode deployment needs none)" }}
{{- end }}
{{- end }}

{{- define "sluice.checkBudget" -}}
{{- $budget := .Values.podDisruptionBudget }}
{{- if and $budget.enabled (ne .Values.mode "daemonset") }}
{{- if and (not (kindIs "invalid" $budget.minAvailable)) (not (kindIs "invalid" $budget.maxUnavailable)) }}
{{- fail "Cannot write the PodDisruptionBudget: expected one of podDisruptionBudget.minAvailable and maxUnavailable, found both" }}
{{- end }}
{{- end }}
{{- end }}

{{- define "sluice.checkMonitoring" -}}
{{- if and .Values.serviceMonitor.enabled (not .Values.service.enabled) }}
{{- fail "Cannot make a ServiceMonitor without a Service: expected service.enabled true, or podMonitor.enabled in its place" }}
{{- end }}
{{- if and .Values.serviceMonitor.enabled .Values.podMonitor.enabled }}
{{- fail "Cannot scrape twice: expected one of serviceMonitor.enabled and podMonitor.enabled, found both" }}
{{- end }}
{{- if and .Values.ingress.enabled (not .Values.service.enabled) }}
{{- fail "Cannot make an Ingress without a Service: expected service.enabled true, found false" }}
{{- end }}
{{- if and .Values.ingress.enabled (not .Values.ingress.hosts) }}
{{- fail "Cannot make an Ingress: expected a host in ingress.hosts, found none" }}
{{- end }}
{{- $rule := .Values.prometheusRule }}
{{- if and $rule.enabled (not (or .Values.serviceMonitor.enabled .Values.podMonitor.enabled $rule.selector)) }}
{{- fail "Cannot tell which Sluice the alerts are about: expected serviceMonitor.enabled or podMonitor.enabled true, or the labels of its scraped metrics as prometheusRule.selector, found none" }}
{{- end }}
{{- $known := list }}
{{- range (include "sluice.alerts" . | fromYaml).rules }}{{ $known = append $known .alert }}{{ end }}
{{- range concat .Values.prometheusRule.disabled (keys .Values.prometheusRule.overrides) }}
{{- if not (has . $known) }}
{{- printf "Cannot change alert %s: expected one of %s" . (join ", " $known) | fail }}
{{- end }}
{{- end }}
{{- end }}
