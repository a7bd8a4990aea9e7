// SPDX-License-Identifier: Apache-2.0

// The edge: HTTP and JSON on one side, gRPC on the other.
package main

import (
	"context"
	"errors"
	"log"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"taskwire/bench/peers/go-grpc/taskpb"
)

func main() {
	key, err := os.ReadFile(os.Getenv("BENCH_KEY_FILE"))
	if err != nil {
		log.Fatal(err)
	}
	upstream, err := grpc.NewClient("127.0.0.1:"+os.Getenv("BENCH_UPSTREAM_PORT"),
		grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		log.Fatal(err)
	}
	server := &http.Server{
		Addr:              "127.0.0.1:" + os.Getenv("BENCH_PORT"),
		Handler:           routes(newVerifier(key), taskpb.NewTasksClient(upstream)),
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       75 * time.Second,
	}
	ended, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	go func() {
		<-ended.Done()
		server.Close()
	}()
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		log.Fatal(err)
	}
}
