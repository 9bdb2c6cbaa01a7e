{{/* Names, and what apis and workers have in common. */}}

{{- define "gradus.name" -}}
{{ .Release.Name | trunc 50 | trimSuffix "-" }}
{{- end }}

{{/* Of a list of the chart's root and the component: what its pods are selected by. */}}
{{- define "gradus.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: gradus
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}

{{/* The same, for everything that is made. */}}
{{- define "gradus.labels" -}}
{{- $root := index . 0 -}}
{{ include "gradus.selector" . }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" }}
{{- end }}

{{/* Of a list of the chart's root and the component: how its pods are confined and placed. */}}
{{- define "gradus.pod" -}}
{{- $root := index . 0 -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with $root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . | quote }}
  {{- end }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 1000
  runAsGroup: 1000
  seccompProfile:
    type: RuntimeDefault
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "gradus.selector" . | nindent 8 }}
{{- with $root.Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $root.Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $root.Values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $root.Values.redisCa.secretName }}
volumes:
  - name: redis-ca
    secret:
      secretName: {{ . | quote }}
{{- end }}
{{- end }}

{{/* The image, and what a container may. */}}
{{- define "gradus.container" -}}
image: {{ printf "%s:%s" .Values.image.repository (.Values.image.tag | default .Chart.AppVersion) | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
{{- if .Values.redisCa.secretName }}
volumeMounts:
  - name: redis-ca
    mountPath: /etc/gradus/redis-ca
    readOnly: true
{{- end }}
{{- end }}

{{/* The settings that apis and workers have to agree on. */}}
{{- define "gradus.env" -}}
- name: REDIS_URL
  valueFrom:
    secretKeyRef:
      name: {{ .Values.secretName | quote }}
      key: REDIS_URL
- name: GRADUS_NAMESPACE
  value: {{ .Values.namespace | quote }}
- name: GRADUS_REDELIVER_DISPATCHED
  value: {{ .Values.redeliver.dispatched | quote }}
- name: GRADUS_REDELIVER_RUNNING
  value: {{ .Values.redeliver.running | quote }}
- name: LOG_LEVEL
  value: {{ .Values.logLevel | quote }}
- name: GRADUS_METRICS_HOST
  value: "0.0.0.0"
- name: GRADUS_METRICS_PORT
  value: "9464"
{{- if .Values.redisCa.secretName }}
- name: NODE_EXTRA_CA_CERTS
  value: {{ printf "/etc/gradus/redis-ca/%s" .Values.redisCa.key | quote }}
{{- end }}
{{- end }}
