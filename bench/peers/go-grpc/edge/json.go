// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"log"
	"net/http"
	"strconv"
	"time"

	"taskwire/bench/peers/go-grpc/taskpb"
)

type task struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	CreatedOn string `json:"createdOn"`
	Done      bool   `json:"done"`
	UpdatedOn string `json:"updatedOn"`
	Version   int64  `json:"version"`
}

type page struct {
	Tasks      []task `json:"tasks"`
	NextCursor string `json:"nextCursor,omitempty"`
}

type problem struct {
	Status int    `json:"status"`
	Title  string `json:"title"`
}

func rfc3339(ms int64) string {
	return time.UnixMilli(ms).UTC().Format("2006-01-02T15:04:05.000Z")
}

func taskOf(t *taskpb.Task) task {
	return task{t.Id, t.Name, rfc3339(t.CreatedMs), t.Done, rfc3339(t.UpdatedMs), t.Version}
}

func pageOf(reply *taskpb.ListReply) page {
	tasks := make([]task, len(reply.Tasks))
	for i, t := range reply.Tasks {
		tasks[i] = taskOf(t)
	}
	return page{tasks, reply.NextCursor}
}

func answer(w http.ResponseWriter, status int, value any) {
	octets, err := json.Marshal(value)
	if err != nil {
		log.Print(err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	header := w.Header()
	header.Set("Content-Type", "application/json")
	header.Set("Content-Length", strconv.Itoa(len(octets)))
	w.WriteHeader(status)
	w.Write(octets)
}

func fail(w http.ResponseWriter, status int, title string) {
	answer(w, status, problem{status, title})
}
