// SPDX-License-Identifier: Apache-2.0

// PocketBase as a Go program: its own API, with SQLite's C library in place of the one in Go, as its documentation
// proposes, and without a log of requests.
package main

import (
	"log"
	"os"

	"github.com/pocketbase/pocketbase"
	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"
)

func main() {
	app := pocketbase.NewWithConfig(pocketbase.Config{
		HideStartBanner: true,
		DBConnect:       connector(os.Getenv("BENCH_SYNCHRONOUS")),
	})
	app.OnRecordCreate("tasks").BindFunc(func(e *core.RecordEvent) error {
		e.Record.Set("version", 1)
		return e.Next()
	})
	app.RootCmd.AddCommand(&cobra.Command{
		Use:  "fill SOURCE",
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return fill(app, args[0]) },
	})
	if err := app.Start(); err != nil {
		log.Fatal(err)
	}
}
