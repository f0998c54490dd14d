// One binary that is kube-apiserver, kube-controller-manager and etcd, each as a subcommand that takes the flags of
// the original. They share most of their code, so one binary is a third of the size and of the build time.
package main

import (
	"fmt"
	"io"
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllermanager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
)

const usage = "usage: larder-kubernetes kube-apiserver|kube-controller-manager|etcd [flags]"

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, usage)
		os.Exit(2)
	}
	part := os.Args[1]
	if os.Getenv("LARDER_EXIT_WITH_STDIN") == "1" {
		go exitWithStdin()
	}
	os.Args = os.Args[1:] // each part sees its own name first, as if it were a binary of its own
	switch part {
	case "kube-apiserver":
		os.Exit(cli.Run(apiserver.NewAPIServerCommand()))
	case "kube-controller-manager":
		os.Exit(cli.Run(controllermanager.NewControllerManagerCommand()))
	case "etcd":
		etcdmain.Main(os.Args)
	default:
		fmt.Fprintln(os.Stderr, usage)
		os.Exit(2)
	}
}

// exitWithStdin ends the process when its standard input closes. The parent holds the other end of that pipe and
// never writes to it; the system closes it when the parent dies, in whatever way.
func exitWithStdin() {
	_, _ = io.Copy(io.Discard, os.Stdin)
	fmt.Fprintln(os.Stderr, "the parent is gone: exiting")
	os.Exit(1)
}
