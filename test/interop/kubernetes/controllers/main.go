// Command controllers runs those controllers of Kubernetes that make pods of Deployments, DaemonSets, StatefulSets and Jobs, and
// the one that gives each namespace its service account. They are Kubernetes's own; the manager that usually holds them
// holds thirty more and takes a minute longer to build.
package main

import (
	"context"
	"flag"
	"io"
	"log"
	"os"
	"time"

	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/util/flowcontrol"
	"k8s.io/klog/v2"
	"k8s.io/kubernetes/pkg/controller/daemon"
	"k8s.io/kubernetes/pkg/controller/deployment"
	"k8s.io/kubernetes/pkg/controller/job"
	"k8s.io/kubernetes/pkg/controller/replicaset"
	"k8s.io/kubernetes/pkg/controller/serviceaccount"
	"k8s.io/kubernetes/pkg/controller/statefulset"
)

const (
	workers    = 2
	burst      = 100
	minBackoff = time.Second
	maxBackoff = time.Minute
)

type controller interface {
	Run(ctx context.Context, workers int)
}

func main() {
	config := flag.String("kubeconfig", "", "how to reach the API server")
	flag.Parse()
	// Standard input is closed when the test is gone.
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	if err := run(context.Background(), *config); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, path string) error {
	config, err := clientcmd.BuildConfigFromFlags("", path)
	if err != nil {
		return err
	}
	config.QPS, config.Burst = burst, burst
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	factory := informers.NewSharedInformerFactory(client, 0)
	all, err := controllers(ctx, client, factory)
	if err != nil {
		return err
	}
	factory.Start(ctx.Done())
	for _, one := range all {
		go one.Run(ctx, workers)
	}
	select {}
}

func controllers(ctx context.Context, client kubernetes.Interface, factory informers.SharedInformerFactory) ([]controller, error) {
	apps, core, batch := factory.Apps().V1(), factory.Core().V1(), factory.Batch().V1()
	accounts, err := serviceaccount.NewServiceAccountsController(klog.FromContext(ctx), core.ServiceAccounts(), core.Namespaces(),
		client, serviceaccount.DefaultServiceAccountsControllerOptions())
	if err != nil {
		return nil, err
	}
	deployments, err := deployment.NewDeploymentController(ctx, apps.Deployments(), apps.ReplicaSets(), core.Pods(), client)
	if err != nil {
		return nil, err
	}
	daemons, err := daemon.NewDaemonSetsController(ctx, apps.DaemonSets(), apps.ControllerRevisions(), core.Pods(), core.Nodes(),
		client, flowcontrol.NewBackOff(minBackoff, maxBackoff))
	if err != nil {
		return nil, err
	}
	scheduling := factory.Scheduling().V1beta1()
	jobs, err := job.NewController(ctx, client, core.Pods(), batch.Jobs(), scheduling.Workloads(), scheduling.PodGroups())
	if err != nil {
		return nil, err
	}
	return []controller{
		accounts, deployments, daemons, jobs,
		replicaset.NewReplicaSetController(ctx, apps.ReplicaSets(), core.Pods(), client, burst),
		statefulset.NewStatefulSetController(ctx, core.Pods(), apps.StatefulSets(), core.PersistentVolumeClaims(),
			apps.ControllerRevisions(), client),
	}, nil
}
