// Package kubernetes_test checks the manifest. It is a module of its own, so
// that wamr-go does not depend on the types of Kubernetes.
package kubernetes_test

import (
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"
)

// load decodes the manifest and refuses fields that batch/v1 does not have.
func load(t *testing.T) *batchv1.Job {
	t.Helper()
	text, err := os.ReadFile("job.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var job batchv1.Job
	if err := yaml.UnmarshalStrict(text, &job); err != nil {
		t.Fatal(err)
	}
	return &job
}

func TestDecodesStrictly(t *testing.T) {
	job := load(t)
	if job.APIVersion != batchv1.SchemeGroupVersion.String() || job.Kind != "Job" || job.Name == "" {
		t.Errorf("%s %s %q", job.APIVersion, job.Kind, job.Name)
	}
	var other batchv1.Job
	if err := yaml.UnmarshalStrict([]byte("spec:\n  completionsMode: Indexed\n"), &other); err == nil {
		t.Error("an unknown field is accepted: the test proves nothing")
	}
}

func TestIndexes(t *testing.T) {
	spec := load(t).Spec
	if spec.CompletionMode == nil || *spec.CompletionMode != batchv1.IndexedCompletion {
		t.Error("the Job is not Indexed")
	}
	if spec.BackoffLimitPerIndex == nil || spec.Template.Spec.RestartPolicy != corev1.RestartPolicyNever {
		t.Error("podFailurePolicy with FailIndex needs backoffLimitPerIndex and restartPolicy Never")
	}
	shards := "--shards=" + strconv.Itoa(int(*spec.Completions))
	if args := spec.Template.Spec.Containers[0].Args; args[0] != "vet" || !slices.Contains(args, shards) {
		t.Errorf("%v: not vet, or without %s", args, shards)
	}
}

// exitCode matches a constant of the command.
var exitCode = regexp.MustCompile(`(?m)^\texit(\w+)\s+= (\d+)$`)

func TestExitCodes(t *testing.T) {
	source, err := os.ReadFile("../../cmd/wamr-go/exit.go")
	if err != nil {
		t.Fatal(err)
	}
	codes := map[string]int32{}
	for _, m := range exitCode.FindAllStringSubmatch(string(source), -1) {
		n, err := strconv.ParseInt(m[2], 10, 32)
		if err != nil {
			t.Fatal(err)
		}
		codes[m[1]] = int32(n)
	}
	actions := map[int32]batchv1.PodFailurePolicyAction{}
	spec := load(t).Spec
	for _, rule := range spec.PodFailurePolicy.Rules {
		if rule.OnExitCodes == nil {
			continue
		}
		if name := *rule.OnExitCodes.ContainerName; name != spec.Template.Spec.Containers[0].Name {
			t.Errorf("there is no container %q", name)
		}
		for _, code := range rule.OnExitCodes.Values {
			actions[code] = rule.Action
		}
	}
	for name, want := range map[string]batchv1.PodFailurePolicyAction{
		"Leak": batchv1.PodFailurePolicyActionFailIndex, "CannotRun": batchv1.PodFailurePolicyActionFailIndex, "Usage": batchv1.PodFailurePolicyActionFailJob,
	} {
		code, ok := codes[name]
		if !ok || actions[code] != want {
			t.Errorf("exit%s is %d, for which the action is %q, want %q", name, code, actions[code], want)
		}
		delete(actions, code)
	}
	if len(actions) > 0 {
		t.Errorf("rules about other codes: %v", actions)
	}
}

func TestHardened(t *testing.T) {
	pod := load(t).Spec.Template.Spec
	c := pod.Containers[0]
	s := c.SecurityContext
	for what, ok := range map[string]bool{
		"not root":         *pod.SecurityContext.RunAsNonRoot && *pod.SecurityContext.RunAsUser != 0,
		"seccomp":          pod.SecurityContext.SeccompProfile.Type == corev1.SeccompProfileTypeRuntimeDefault,
		"no token":         !*pod.AutomountServiceAccountToken,
		"no escalation":    !*s.AllowPrivilegeEscalation,
		"read-only root":   *s.ReadOnlyRootFilesystem,
		"no capabilities":  slices.Equal(s.Capabilities.Drop, []corev1.Capability{"ALL"}) && len(s.Capabilities.Add) == 0,
		"memory limit":     !c.Resources.Limits.Memory().IsZero(),
		"processor limit":  !c.Resources.Limits.Cpu().IsZero(),
		"modules mounted":  mounted(c, "/modules", true),
		"results mounted":  mounted(c, "/results", false),
		"temporary files":  mounted(c, "/tmp", false),
		"a part per index": slices.ContainsFunc(c.Args, func(a string) bool { return strings.Contains(a, "$(JOB_COMPLETION_INDEX)") }),
	} {
		if !ok {
			t.Errorf("%s: no", what)
		}
	}
}

func mounted(c corev1.Container, path string, readOnly bool) bool {
	return slices.ContainsFunc(c.VolumeMounts, func(m corev1.VolumeMount) bool { return m.MountPath == path && m.ReadOnly == readOnly })
}
