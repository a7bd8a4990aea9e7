// SPDX-License-Identifier: Apache-2.0

package main

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"taskwire/bench/peers/go-grpc/taskpb"
)

const (
	idBytes       = 12
	cursorBytes   = 1 + 8 + idBytes
	cursorVersion = 1
)

// idMaker makes ids as MongoDB's drivers do: the second, five random bytes of this process, and a counter.
type idMaker struct {
	once    sync.Once
	process [5]byte
	next    atomic.Uint32
}

func (m *idMaker) make(now time.Time) []byte {
	m.once.Do(func() { rand.Read(m.process[:]) })
	id := make([]byte, idBytes)
	binary.BigEndian.PutUint32(id[8:], m.next.Add(1)) // its first byte is written over
	binary.BigEndian.PutUint32(id, uint32(now.Unix()))
	copy(id[4:], m.process[:])
	return id
}

// position is a place in the list of a user's tasks, newest first: behind the task that it names.
type position struct {
	createdMs int64
	id        []byte
}

// start is before the newest task.
var start = position{createdMs: math.MaxInt64}

func (p position) isStart() bool {
	return p.createdMs == math.MaxInt64
}

func cursorAt(task *taskpb.Task) string {
	octets := make([]byte, 9, cursorBytes)
	octets[0] = cursorVersion
	binary.BigEndian.PutUint64(octets[1:], uint64(task.CreatedMs))
	id, _ := hex.DecodeString(task.Id)
	return base64.RawURLEncoding.EncodeToString(append(octets, id...))
}

func parseCursor(cursor string) (position, bool) {
	octets, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || len(octets) != cursorBytes || octets[0] != cursorVersion {
		return position{}, false
	}
	return position{int64(binary.BigEndian.Uint64(octets[1:])), octets[9:]}, true
}
