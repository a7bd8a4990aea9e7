// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"runtime"

	_ "github.com/mattn/go-sqlite3"

	"taskwire/bench/peers/go-grpc/taskpb"
)

const (
	columns     = "id, name, created_ms, done, updated_ms, version"
	newestFirst = " ORDER BY created_ms DESC, id DESC LIMIT +?2"
)

// sqliteStore reads over as many connections as there are processors and writes over one, since SQLite has one writer.
//
// The driver starts a goroutine for each query whose context can end, only to interrupt it then. These take
// microseconds, so they get a context that can't. And SQLite, from 3.49 on, plans a statement anew whenever what stands
// alone behind LIMIT is bound: hence the sign. It compares a position with each row, which the first page does without.
type sqliteStore struct {
	listing, listingOn, getting, inserting *sql.Stmt
}

func openPool(path, synchronous, mode string, connections int) (*sql.DB, error) {
	options := url.Values{
		"mode":          {mode},
		"_busy_timeout": {"5000"},
		"_synchronous":  {synchronous},
		"_cache_size":   {"-20000"},
		"_mutex":        {"no"},
	}
	pool, err := sql.Open("sqlite3", fmt.Sprintf("file:%s?%s", (&url.URL{Path: path}).EscapedPath(), options.Encode()))
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(connections)
	pool.SetMaxIdleConns(connections)
	return pool, nil
}

func openSQLite(path, synchronous string) (store, error) {
	writer, err := openPool(path, synchronous, "rw", 1)
	if err != nil {
		return nil, err
	}
	if _, err := writer.Exec("PRAGMA journal_mode = WAL"); err != nil {
		return nil, err
	}
	readers, err := openPool(path, synchronous, "ro", runtime.GOMAXPROCS(0))
	if err != nil {
		return nil, err
	}
	s := &sqliteStore{}
	for _, prepared := range []struct {
		statement **sql.Stmt
		pool      *sql.DB
		text      string
	}{
		{&s.listing, readers, "SELECT " + columns + " FROM tasks WHERE user_id = ?1" + newestFirst},
		{&s.listingOn, readers, "SELECT " + columns + " FROM tasks WHERE user_id = ?1 AND (created_ms, id) < (?3, ?4)" +
			newestFirst},
		{&s.getting, readers, "SELECT " + columns + " FROM tasks WHERE id = ?1 AND user_id = ?2"},
		{&s.inserting, writer, "INSERT INTO tasks (" + columns + ", user_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"},
	} {
		if *prepared.statement, err = prepared.pool.Prepare(prepared.text); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func scan(row interface{ Scan(...any) error }) (*taskpb.Task, error) {
	var id []byte
	task := &taskpb.Task{}
	if err := row.Scan(&id, &task.Name, &task.CreatedMs, &task.Done, &task.UpdatedMs, &task.Version); err != nil {
		return nil, err
	}
	task.Id = hex.EncodeToString(id)
	return task, nil
}

func (s *sqliteStore) list(_ context.Context, user string, after position, limit int) ([]*taskpb.Task, error) {
	statement, arguments := s.listing, []any{user, limit}
	if !after.isStart() {
		statement, arguments = s.listingOn, append(arguments, after.createdMs, after.id)
	}
	rows, err := statement.Query(arguments...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	tasks := make([]*taskpb.Task, 0, limit)
	for rows.Next() {
		task, err := scan(rows)
		if err != nil {
			return nil, err
		}
		tasks = append(tasks, task)
	}
	return tasks, rows.Err()
}

func (s *sqliteStore) get(_ context.Context, user string, id []byte) (*taskpb.Task, error) {
	task, err := scan(s.getting.QueryRow(id, user))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return task, err
}

func (s *sqliteStore) insert(_ context.Context, user string, id []byte, task *taskpb.Task) error {
	_, err := s.inserting.Exec(id, task.Name, task.CreatedMs, task.Done, task.UpdatedMs, task.Version, user)
	return err
}
