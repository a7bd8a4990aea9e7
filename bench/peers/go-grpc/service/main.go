// SPDX-License-Identifier: Apache-2.0

// The service: gRPC on one side, SQLite or MongoDB on the other.
package main

import (
	"context"
	"log"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"google.golang.org/grpc"

	"taskwire/bench/peers/go-grpc/taskpb"
)

// As many as requests come at a time: a call that finds none free starts a goroutine.
const streamWorkers = 32

func openStore() (store, error) {
	if uri := os.Getenv("BENCH_STORE"); strings.HasPrefix(uri, "mongodb://") {
		return openMongo(uri)
	}
	return openSQLite(os.Getenv("BENCH_DATABASE"), os.Getenv("BENCH_SYNCHRONOUS"))
}

func main() {
	store, err := openStore()
	if err != nil {
		log.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:"+os.Getenv("BENCH_UPSTREAM_PORT"))
	if err != nil {
		log.Fatal(err)
	}
	// Goroutines that stay keep their stacks, which a new one would have to grow for each call.
	server := grpc.NewServer(grpc.NumStreamWorkers(streamWorkers))
	taskpb.RegisterTasksServer(server, &service{store: store})
	ended, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	go func() {
		<-ended.Done()
		server.Stop()
	}()
	if err := server.Serve(listener); err != nil {
		log.Fatal(err)
	}
}
