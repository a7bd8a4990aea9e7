// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/hex"
	"log"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"taskwire/bench/peers/go-grpc/taskpb"
)

// store keeps the tasks. Ids are 12 bytes; get gives nil where the user has no such task.
type store interface {
	list(ctx context.Context, user string, after position, limit int) ([]*taskpb.Task, error)
	get(ctx context.Context, user string, id []byte) (*taskpb.Task, error)
	insert(ctx context.Context, user string, id []byte, task *taskpb.Task) error
}

type service struct {
	taskpb.UnimplementedTasksServer
	store store
	ids   idMaker
}

// unavailable says what the store's error means to the caller, unless the caller has gone away.
func unavailable(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return status.FromContextError(ctx.Err()).Err()
	}
	log.Print(err)
	return status.Error(codes.Unavailable, "the store is unavailable")
}

func (s *service) List(ctx context.Context, request *taskpb.ListRequest) (*taskpb.ListReply, error) {
	after, limit := start, int(request.Limit)
	if request.Cursor != "" {
		var ok bool
		if after, ok = parseCursor(request.Cursor); !ok {
			return nil, status.Error(codes.InvalidArgument, "cursor is not one that this service made")
		}
	}
	tasks, err := s.store.list(ctx, request.UserId, after, limit+1)
	if err != nil {
		return nil, unavailable(ctx, err)
	}
	if len(tasks) <= limit {
		return &taskpb.ListReply{Tasks: tasks}, nil
	}
	tasks = tasks[:limit]
	return &taskpb.ListReply{Tasks: tasks, NextCursor: cursorAt(tasks[limit-1])}, nil
}

func (s *service) Get(ctx context.Context, request *taskpb.GetRequest) (*taskpb.Task, error) {
	id, err := hex.DecodeString(request.Id)
	if err != nil || len(id) != idBytes {
		return nil, status.Error(codes.NotFound, "no such task")
	}
	task, err := s.store.get(ctx, request.UserId, id)
	if err != nil {
		return nil, unavailable(ctx, err)
	}
	if task == nil {
		return nil, status.Error(codes.NotFound, "no such task")
	}
	return task, nil
}

func (s *service) Create(ctx context.Context, request *taskpb.CreateRequest) (*taskpb.Task, error) {
	now := time.Now()
	id := s.ids.make(now)
	task := &taskpb.Task{
		Id:        hex.EncodeToString(id),
		Name:      request.Name,
		CreatedMs: now.UnixMilli(),
		Done:      request.Done,
		UpdatedMs: now.UnixMilli(),
		Version:   1,
	}
	if err := s.store.insert(ctx, request.UserId, id, task); err != nil {
		return nil, unavailable(ctx, err)
	}
	return task, nil
}
