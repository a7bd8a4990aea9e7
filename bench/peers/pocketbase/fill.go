// SPDX-License-Identifier: Apache-2.0

package main

import (
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"
	"golang.org/x/crypto/bcrypt"
)

// The password of every user. An address is USER@example.org.
const password = "correct horse battery"

// What PocketBase calls them, from what tasks-service does.
var copies = []string{
	`INSERT INTO users (id, email, verified, password, tokenKey, created, updated)
	 SELECT user_id, user_id || '@example.org', TRUE, {:password}, lower(hex(randomblob(25))), {:now}, {:now}
	 FROM (SELECT DISTINCT user_id FROM source.tasks)`,
	`INSERT INTO tasks (id, userId, name, createdOn, done, updatedOn, version)
	 SELECT lower(hex(id)), user_id, name, strftime('%Y-%m-%d %H:%M:%fZ', created_ms / 1000.0, 'unixepoch'), done,
	        strftime('%Y-%m-%d %H:%M:%fZ', updated_ms / 1000.0, 'unixepoch'), version
	 FROM source.tasks ORDER BY created_ms, id`,
}

// fill makes the collections and copies the users and tasks of a file of tasks-service.
func fill(app *pocketbase.PocketBase, source string) error {
	if err := app.RunAllMigrations(); err != nil {
		return err
	}
	if err := settle(app); err != nil {
		return err
	}
	hash, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.DefaultCost)
	if err != nil {
		return err
	}
	// This is one connection: what is attached stays.
	db := app.NonconcurrentDB()
	if _, err := db.NewQuery("ATTACH {:source} AS source").Bind(dbx.Params{"source": source}).Execute(); err != nil {
		return err
	}
	parameters := dbx.Params{"password": string(hash), "now": types.NowDateTime().String()}
	for _, copy := range copies {
		if _, err := db.NewQuery(copy).Bind(parameters).Execute(); err != nil {
			return err
		}
	}
	_, err = db.NewQuery("DETACH source").Execute()
	return err
}

// settle makes the collections, and ends the log of requests.
func settle(app *pocketbase.PocketBase) error {
	settings := app.Settings()
	settings.Logs.MaxDays = 0
	if err := app.Save(settings); err != nil {
		return err
	}
	if err := addSuperuser(app); err != nil {
		return err
	}
	users, err := app.FindCollectionByNameOrId("users")
	if err != nil {
		return err
	}
	setID(users, 1, 128, `^[a-z0-9-]+$`, `[a-z0-9]{24}`)
	if err := app.Save(users); err != nil {
		return err
	}
	return app.Save(tasks(users))
}

// addSuperuser adds one with a password that nobody knows: where there is none, PocketBase prints a link to become it.
func addSuperuser(app *pocketbase.PocketBase) error {
	collection, err := app.FindCollectionByNameOrId(core.CollectionNameSuperusers)
	if err != nil {
		return err
	}
	superuser := core.NewRecord(collection)
	superuser.SetEmail("superuser@example.org")
	superuser.SetRandomPassword()
	return app.Save(superuser)
}

// setID says what a record's id may be. Unless the pattern is PocketBase's own, it scans the table for an id that
// differs in case alone.
func setID(collection *core.Collection, min, max int, pattern, generate string) {
	id := collection.Fields.GetByName("id").(*core.TextField)
	id.Min, id.Max, id.Pattern, id.AutogeneratePattern = min, max, pattern, generate
}

// tasks says what a task is, with the index of a page, and that everybody sees and makes their own alone.
func tasks(users *core.Collection) *core.Collection {
	collection := core.NewBaseCollection("tasks")
	setID(collection, 24, 24, `^[a-z0-9]+$`, `[a-f0-9]{24}`)
	collection.Fields.Add(
		&core.RelationField{Name: "userId", CollectionId: users.Id, Required: true, MaxSelect: 1, CascadeDelete: true},
		&core.TextField{Name: "name", Required: true, Max: 500, Pattern: `^[^\x00-\x1f\x7f-\x9f]*$`},
		&core.AutodateField{Name: "createdOn", OnCreate: true},
		&core.BoolField{Name: "done"},
		&core.AutodateField{Name: "updatedOn", OnCreate: true, OnUpdate: true},
		&core.NumberField{Name: "version", OnlyInt: true},
	)
	collection.AddIndex("tasks_by_user", false, "userId, createdOn, id", "")
	own := "userId = @request.auth.id"
	collection.ListRule = types.Pointer(own)
	collection.ViewRule = types.Pointer(own)
	collection.CreateRule = types.Pointer(own)
	return collection
}
