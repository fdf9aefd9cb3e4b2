package deploy

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	"sigs.k8s.io/yaml"
)

const kubernetesDir = "kubernetes"

// kubernetes are the manifests, read by kind.
type kubernetes struct {
	pods     map[string]corev1.PodTemplateSpec // by name of what runs them
	selects  map[string]map[string]string
	settings map[string]string
	scaled   map[string]int32
	claimed  map[string][]string // volumes that a StatefulSet makes itself
}

// manifests reads every file that kustomization.yaml names, as the API server
// would: a field that the kind does not have is an error.
func manifests(t *testing.T) *kubernetes {
	t.Helper()
	var list struct {
		Resources []string `json:"resources"`
	}
	read(t, "kustomization.yaml", &list)
	files, err := filepath.Glob(kubernetesDir + "/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range files {
		files[i] = filepath.Base(f)
	}
	if want := append([]string{"kustomization.yaml"}, list.Resources...); !slices.Equal(slices.Sorted(slices.Values(want)), files) {
		t.Errorf("kustomization.yaml names %q, the folder has %q", list.Resources, files)
	}
	k := &kubernetes{
		pods: map[string]corev1.PodTemplateSpec{}, selects: map[string]map[string]string{}, scaled: map[string]int32{}, claimed: map[string][]string{},
	}
	for _, f := range list.Resources {
		data, err := os.ReadFile(filepath.Join(kubernetesDir, f))
		if err != nil {
			t.Fatal(err)
		}
		for _, doc := range bytes.Split(data, []byte("\n---\n")) {
			if err := k.add(doc); err != nil {
				t.Errorf("%s: %v", f, err)
			}
		}
	}
	return k
}

func read(t *testing.T, file string, into any) { readFrom(t, kubernetesDir, file, into) }

func (k *kubernetes) add(doc []byte) error {
	var kind struct {
		APIVersion string `json:"apiVersion"`
		Kind       string `json:"kind"`
	}
	if err := yaml.Unmarshal(doc, &kind); err != nil {
		return err
	}
	switch kind.APIVersion + " " + kind.Kind {
	case "apps/v1 Deployment":
		var d appsv1.Deployment
		err := yaml.UnmarshalStrict(doc, &d)
		k.pods[d.Name], k.selects[d.Name] = d.Spec.Template, d.Spec.Selector.MatchLabels
		return err
	case "apps/v1 StatefulSet":
		var s appsv1.StatefulSet
		err := yaml.UnmarshalStrict(doc, &s)
		k.pods[s.Name], k.selects[s.Name] = s.Spec.Template, s.Spec.Selector.MatchLabels
		for _, c := range s.Spec.VolumeClaimTemplates {
			k.claimed[s.Name] = append(k.claimed[s.Name], c.Name)
		}
		return err
	case "batch/v1 Job":
		var j batchv1.Job
		err := yaml.UnmarshalStrict(doc, &j)
		k.pods[j.Name] = j.Spec.Template
		return err
	case "v1 ConfigMap":
		var c corev1.ConfigMap
		err := yaml.UnmarshalStrict(doc, &c)
		k.settings = c.Data
		return err
	case "autoscaling/v2 HorizontalPodAutoscaler":
		var h autoscalingv2.HorizontalPodAutoscaler
		err := yaml.UnmarshalStrict(doc, &h)
		k.scaled[h.Spec.ScaleTargetRef.Name] = h.Spec.MaxReplicas
		return err
	case "v1 Service":
		var s corev1.Service
		err := yaml.UnmarshalStrict(doc, &s)
		k.selects["service "+s.Name] = s.Spec.Selector
		return err
	case "policy/v1 PodDisruptionBudget":
		var p policyv1.PodDisruptionBudget
		err := yaml.UnmarshalStrict(doc, &p)
		k.selects["budget "+p.Name] = p.Spec.Selector.MatchLabels
		return err
	case "networking.k8s.io/v1 NetworkPolicy":
		var n networkingv1.NetworkPolicy
		err := yaml.UnmarshalStrict(doc, &n)
		k.selects["policy "+n.Name] = n.Spec.PodSelector.MatchLabels
		return err
	}
	return fmt.Errorf("no rule for %s %s", kind.APIVersion, kind.Kind)
}

func TestKubernetes(t *testing.T) {
	k, flags := manifests(t), serviceFlags(t)
	var running []string
	for name, pod := range k.pods {
		t.Run(name, func(t *testing.T) {
			if len(pod.Spec.Containers) != 1 {
				t.Fatalf("%d containers, want 1", len(pod.Spec.Containers))
			}
			c := pod.Spec.Containers[0]
			for _, fault := range slices.Concat(podFaults(pod.Spec), containerFaults(c), k.probeFaults(name, c), k.volumeFaults(name, pod.Spec)) {
				t.Error(fault)
			}
			if name != "shoal-"+c.Args[0] {
				t.Errorf("runs %q", c.Args)
			}
			for _, e := range c.Env {
				if !flags[e.Name] {
					t.Errorf("%s is the flag of no service", e.Name)
				}
			}
		})
		running = append(running, pod.Spec.Containers[0].Args[0])
	}
	if slices.Sort(running); !slices.Equal(running, commands) {
		t.Errorf("pods run %q, want each of %q once", running, commands)
	}
	for name := range k.settings {
		if !flags[name] && name != "SHOAL_LOG_LEVEL" {
			t.Errorf("%s is the flag of no service", name)
		}
	}
	for what, labels := range k.selects {
		if !slices.ContainsFunc(values(k.pods), func(p corev1.PodTemplateSpec) bool { return within(labels, p.Labels) }) {
			t.Errorf("%s selects no pod: %v", what, labels)
		}
	}
	if got := env(k.pods["shoal-migrate"].Spec.Containers[0], "SHOAL_PARTITIONS"); got != strconv.Itoa(int(k.scaled["shoal-worker"])) {
		t.Errorf("%s partitions, up to %d workers", got, k.scaled["shoal-worker"])
	}
}

// podFaults: the account has no rights, in the node or in the cluster.
func podFaults(p corev1.PodSpec) []string {
	var faults []string
	s := p.SecurityContext
	switch {
	case s == nil || s.RunAsNonRoot == nil || !*s.RunAsNonRoot || s.RunAsUser == nil || *s.RunAsUser == 0:
		faults = append(faults, "may run as root")
	case s.SeccompProfile == nil || s.SeccompProfile.Type != corev1.SeccompProfileTypeRuntimeDefault:
		faults = append(faults, "may make any system call")
	}
	if p.AutomountServiceAccountToken == nil || *p.AutomountServiceAccountToken {
		faults = append(faults, "has a token of the cluster")
	}
	if p.HostNetwork || p.HostPID || p.HostIPC {
		faults = append(faults, "shares the host's namespaces")
	}
	return faults
}

func containerFaults(c corev1.Container) []string {
	var faults []string
	s := c.SecurityContext
	switch {
	case s == nil || s.ReadOnlyRootFilesystem == nil || !*s.ReadOnlyRootFilesystem:
		faults = append(faults, "its root can be written")
	case s.AllowPrivilegeEscalation == nil || *s.AllowPrivilegeEscalation || s.Capabilities == nil || !slices.Contains(s.Capabilities.Drop, "ALL") || len(s.Capabilities.Add) > 0:
		faults = append(faults, "keeps capabilities or can gain some")
	}
	if c.Resources.Requests.Cpu().IsZero() || c.Resources.Requests.Memory().IsZero() || c.Resources.Limits.Memory().IsZero() {
		faults = append(faults, "does not say what it needs")
	}
	return faults
}

// probeFaults: what keeps running is asked at the paths and the port that it has.
func (k *kubernetes) probeFaults(name string, c corev1.Container) []string {
	if name == "shoal-migrate" {
		return nil
	}
	addr := k.settings["SHOAL_METRICS"]
	if listen := env(c, "SHOAL_LISTEN"); listen != "" {
		addr = listen
	}
	var faults []string
	for path, probe := range map[string]*corev1.Probe{"/healthz": c.LivenessProbe, "/readyz": c.ReadinessProbe} {
		if probe == nil || probe.HTTPGet == nil || probe.HTTPGet.Path != path {
			faults = append(faults, "is not asked at "+path)
			continue
		}
		i := slices.IndexFunc(c.Ports, func(p corev1.ContainerPort) bool { return p.Name == probe.HTTPGet.Port.StrVal })
		if i < 0 || !strings.HasSuffix(addr, fmt.Sprintf(":%d", c.Ports[i].ContainerPort)) {
			faults = append(faults, fmt.Sprintf("%s is asked at port %s, it listens on %s", path, probe.HTTPGet.Port.String(), addr))
		}
	}
	return faults
}

// volumeFaults: what is mounted is there, and no folder of the node is.
func (k *kubernetes) volumeFaults(name string, p corev1.PodSpec) []string {
	known := slices.Clone(k.claimed[name])
	var faults []string
	for _, v := range p.Volumes {
		known = append(known, v.Name)
		if v.HostPath != nil {
			faults = append(faults, "mounts "+v.HostPath.Path+" of the node")
		}
		// The key file is refused where its group may write or others may read.
		if v.Secret != nil && (v.Secret.DefaultMode == nil || *v.Secret.DefaultMode != 0o440) {
			faults = append(faults, "secret "+v.Name+" is not of mode 0440")
		}
	}
	for _, m := range p.Containers[0].VolumeMounts {
		if !slices.Contains(known, m.Name) {
			faults = append(faults, "mounts "+m.Name+", which is not there")
		}
	}
	return faults
}

func env(c corev1.Container, name string) string {
	for _, e := range c.Env {
		if e.Name == name {
			return e.Value
		}
	}
	return ""
}

func values[K comparable, V any](m map[K]V) []V {
	var out []V
	for _, v := range m {
		out = append(out, v)
	}
	return out
}

func within(labels, all map[string]string) bool {
	for name, value := range labels {
		if all[name] != value {
			return false
		}
	}
	return true
}

const localsDir = "kubernetes-locals"

// TestKubernetesLocals: what is laid over the manifests for local clusterers is
// laid over what is there, sets flags that the program has, and names each file.
func TestKubernetesLocals(t *testing.T) {
	var list struct {
		Resources []string `json:"resources"`
		Patches   []struct {
			Path string `json:"path"`
		} `json:"patches"`
	}
	readFrom(t, localsDir, "kustomization.yaml", &list)
	if want := []string{"../kubernetes", "local.yaml"}; !slices.Equal(list.Resources, want) {
		t.Fatalf("resources %q, want %q", list.Resources, want)
	}
	base, flags := manifests(t), serviceFlags(t)
	over := map[string]string{}
	for _, p := range list.Patches {
		name, c := patch(t, p.Path)
		if _, ok := base.pods[name]; !ok || c.Name != base.pods[name].Spec.Containers[0].Name {
			t.Errorf("%s is laid over %s, container %s: not there", p.Path, name, c.Name)
		}
		for _, e := range c.Env {
			if over[e.Name] = e.Value; !flags[e.Name] {
				t.Errorf("%s is the flag of no service", e.Name)
			}
		}
	}
	if over["SHOAL_TO_LOCALS"] != "true" || over["SHOAL_GLOBAL"] != "true" || over["SHOAL_LOCALS"] == "" || len(over) != 3 {
		t.Errorf("patches set %v", over)
	}
	local := &kubernetes{
		pods: map[string]corev1.PodTemplateSpec{}, selects: map[string]map[string]string{}, claimed: map[string][]string{}, settings: base.settings,
	}
	data, err := os.ReadFile(filepath.Join(localsDir, "local.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, doc := range bytes.Split(data, []byte("\n---\n")) {
		if err := local.add(doc); err != nil {
			t.Error(err)
		}
	}
	pod := local.pods["shoal-local"]
	c := pod.Spec.Containers[0]
	for _, fault := range slices.Concat(podFaults(pod.Spec), containerFaults(c), local.probeFaults("shoal-local", c), local.volumeFaults("shoal-local", pod.Spec)) {
		t.Error(fault)
	}
	if !slices.Equal(c.Args, []string{"clusterer"}) || env(c, "SHOAL_LOCAL") != "true" {
		t.Errorf("shoal-local runs %q with SHOAL_LOCAL=%q", c.Args, env(c, "SHOAL_LOCAL"))
	}
	for what, labels := range local.selects {
		if !within(labels, pod.Labels) {
			t.Errorf("%s selects no pod: %v", what, labels)
		}
	}
}

// patch reads what is laid over the only container of a manifest.
func patch(t *testing.T, file string) (name string, c corev1.Container) {
	t.Helper()
	var p struct {
		APIVersion string            `json:"apiVersion"`
		Kind       string            `json:"kind"`
		Metadata   map[string]string `json:"metadata"`
		Spec       struct {
			Template struct {
				Spec struct {
					Containers []corev1.Container `json:"containers"`
				} `json:"spec"`
			} `json:"template"`
		} `json:"spec"`
	}
	readFrom(t, localsDir, file, &p)
	if len(p.Spec.Template.Spec.Containers) != 1 {
		t.Fatalf("%s: not one container", file)
	}
	return p.Metadata["name"], p.Spec.Template.Spec.Containers[0]
}

func readFrom(t *testing.T, dir, file string, into any) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, file))
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(data, into); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}
