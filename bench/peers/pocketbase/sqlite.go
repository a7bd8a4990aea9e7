// SPDX-License-Identifier: Apache-2.0

package main

import (
	"database/sql"

	"github.com/mattn/go-sqlite3"
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

const driver = "pb_sqlite3"

// connector opens databases with PocketBase's own pragmas, but for synchronous (NORMAL unless it is named).
func connector(synchronous string) core.DBConnectFunc {
	if synchronous != "FULL" {
		synchronous = "NORMAL"
	}
	sql.Register(driver, &sqlite3.SQLiteDriver{
		ConnectHook: func(connection *sqlite3.SQLiteConn) error {
			_, err := connection.Exec(`
				PRAGMA busy_timeout       = 10000;
				PRAGMA journal_mode       = WAL;
				PRAGMA journal_size_limit = 200000000;
				PRAGMA synchronous        = `+synchronous+`;
				PRAGMA foreign_keys       = ON;
				PRAGMA temp_store         = MEMORY;
				PRAGMA cache_size         = -32000;
			`, nil)
			return err
		},
	})
	dbx.BuilderFuncMap[driver] = dbx.BuilderFuncMap["sqlite3"]
	return func(path string) (*dbx.DB, error) {
		return dbx.Open(driver, path+"?_mutex=no")
	}
}
