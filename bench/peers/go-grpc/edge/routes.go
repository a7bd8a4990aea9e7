// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"unicode"
	"unicode/utf8"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"taskwire/bench/peers/go-grpc/taskpb"
)

const (
	defaultLimit = 50
	maxLimit     = 200
	maxName      = 500 // characters
	maxBody      = 64 * 1024
)

type edge struct {
	verifier *verifier
	tasks    taskpb.TasksClient
}

// handler answers the request of a user that has been verified.
type handler func(w http.ResponseWriter, request *http.Request, user string)

func routes(verifier *verifier, tasks taskpb.TasksClient) http.Handler {
	e := &edge{verifier, tasks}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/tasks", e.authenticated(e.list))
	mux.HandleFunc("GET /v1/tasks/{id}", e.authenticated(e.get))
	mux.HandleFunc("POST /v1/tasks", e.authenticated(e.create))
	return mux
}

func (e *edge) authenticated(next handler) http.HandlerFunc {
	return func(w http.ResponseWriter, request *http.Request) {
		user, ok := e.verifier.user(request)
		if !ok {
			fail(w, http.StatusUnauthorized, "A valid token is needed")
			return
		}
		next(w, request, user)
	}
}

// limitOf reads the query's limit: 1 to maxLimit.
func limitOf(query url.Values) (int32, error) {
	if !query.Has("limit") {
		return defaultLimit, nil
	}
	limit, err := strconv.ParseInt(query.Get("limit"), 10, 32)
	if err != nil || limit < 1 || limit > maxLimit {
		return 0, errors.New("limit is not 1 to 200")
	}
	return int32(limit), nil
}

func (e *edge) list(w http.ResponseWriter, request *http.Request, user string) {
	query := request.URL.Query()
	limit, err := limitOf(query)
	if err != nil {
		fail(w, http.StatusBadRequest, err.Error())
		return
	}
	reply, err := e.tasks.List(request.Context(),
		&taskpb.ListRequest{UserId: user, Limit: limit, Cursor: query.Get("cursor")})
	if err != nil {
		failAs(w, err)
		return
	}
	answer(w, http.StatusOK, pageOf(reply))
}

func (e *edge) get(w http.ResponseWriter, request *http.Request, user string) {
	reply, err := e.tasks.Get(request.Context(), &taskpb.GetRequest{UserId: user, Id: request.PathValue("id")})
	if err != nil {
		failAs(w, err)
		return
	}
	answer(w, http.StatusOK, taskOf(reply))
}

func isName(name string) bool {
	if name == "" || utf8.RuneCountInString(name) > maxName {
		return false
	}
	for _, r := range name {
		if unicode.IsControl(r) {
			return false
		}
	}
	return true
}

func (e *edge) create(w http.ResponseWriter, request *http.Request, user string) {
	var body struct {
		Name string `json:"name"`
		Done bool   `json:"done"`
	}
	octets, err := io.ReadAll(http.MaxBytesReader(w, request.Body, maxBody))
	if err != nil {
		fail(w, http.StatusRequestEntityTooLarge, "The body is too large")
		return
	}
	if err := json.Unmarshal(octets, &body); err != nil {
		fail(w, http.StatusBadRequest, err.Error())
		return
	}
	if !isName(body.Name) {
		fail(w, http.StatusBadRequest, "name is not 1 to 500 printable characters")
		return
	}
	reply, err := e.tasks.Create(request.Context(),
		&taskpb.CreateRequest{UserId: user, Name: body.Name, Done: body.Done})
	if err != nil {
		failAs(w, err)
		return
	}
	w.Header().Set("Location", "/v1/tasks/"+reply.Id)
	answer(w, http.StatusCreated, taskOf(reply))
}

// failAs answers with what the service's error means.
func failAs(w http.ResponseWriter, err error) {
	switch status.Code(err) {
	case codes.NotFound:
		fail(w, http.StatusNotFound, "Task not found")
	case codes.InvalidArgument:
		fail(w, http.StatusBadRequest, status.Convert(err).Message())
	default:
		fail(w, http.StatusServiceUnavailable, "The service is unavailable")
	}
}
