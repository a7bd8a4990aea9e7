// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/connstring"

	"taskwire/bench/peers/go-grpc/taskpb"
)

const defaultDatabase = "tasks-db"

// document is a task as docs/mongodb.md describes it.
type document struct {
	ID        bson.ObjectID `bson:"_id"`
	UserID    string        `bson:"userId"`
	Name      string        `bson:"name"`
	CreatedOn bson.DateTime `bson:"createdOn"`
	Done      bool          `bson:"done"`
	UpdatedOn bson.DateTime `bson:"updatedOn"`
	Version   int64         `bson:"version"`
}

type mongoStore struct{ tasks *mongo.Collection }

func openMongo(uri string) (store, error) {
	address, err := connstring.ParseAndValidate(uri)
	if err != nil {
		return nil, err
	}
	database := address.Database
	if database == "" {
		database = defaultDatabase
	}
	settings := options.Client().SetWriteConcern(writeconcern.Majority()).SetTimeout(4 * time.Second).ApplyURI(uri)
	client, err := mongo.Connect(settings)
	if err != nil {
		return nil, err
	}
	tasks := client.Database(database).Collection("tasks")
	_, err = tasks.Indexes().CreateOne(context.Background(), mongo.IndexModel{
		Keys:    bson.D{{Key: "userId", Value: 1}, {Key: "createdOn", Value: -1}, {Key: "_id", Value: -1}},
		Options: options.Index().SetName("tasks_by_user"),
	})
	if err != nil {
		return nil, err
	}
	return &mongoStore{tasks}, nil
}

func (d *document) task() *taskpb.Task {
	return &taskpb.Task{
		Id:        d.ID.Hex(),
		Name:      d.Name,
		CreatedMs: int64(d.CreatedOn),
		Done:      d.Done,
		UpdatedMs: int64(d.UpdatedOn),
		Version:   d.Version,
	}
}

// filterOf names a user's tasks behind a position. The first condition, which the second implies, bounds the index.
func filterOf(user string, after position) bson.D {
	filter := bson.D{{Key: "userId", Value: user}}
	if after.isStart() {
		return filter
	}
	created, id := bson.DateTime(after.createdMs), bson.ObjectID(after.id)
	return append(filter,
		bson.E{Key: "createdOn", Value: bson.D{{Key: "$lte", Value: created}}},
		bson.E{Key: "$or", Value: bson.A{
			bson.D{{Key: "createdOn", Value: bson.D{{Key: "$lt", Value: created}}}},
			bson.D{{Key: "_id", Value: bson.D{{Key: "$lt", Value: id}}}},
		}})
}

func (s *mongoStore) list(ctx context.Context, user string, after position, limit int) ([]*taskpb.Task, error) {
	newestFirst := bson.D{{Key: "createdOn", Value: -1}, {Key: "_id", Value: -1}}
	cursor, err := s.tasks.Find(ctx, filterOf(user, after),
		options.Find().SetSort(newestFirst).SetLimit(int64(limit)).SetBatchSize(int32(limit)))
	if err != nil {
		return nil, err
	}
	var documents []document
	if err := cursor.All(ctx, &documents); err != nil {
		return nil, err
	}
	tasks := make([]*taskpb.Task, len(documents))
	for i := range documents {
		tasks[i] = documents[i].task()
	}
	return tasks, nil
}

func (s *mongoStore) get(ctx context.Context, user string, id []byte) (*taskpb.Task, error) {
	var found document
	one := bson.D{{Key: "_id", Value: bson.ObjectID(id)}, {Key: "userId", Value: user}}
	err := s.tasks.FindOne(ctx, one).Decode(&found)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return found.task(), nil
}

func (s *mongoStore) insert(ctx context.Context, user string, id []byte, task *taskpb.Task) error {
	_, err := s.tasks.InsertOne(ctx, document{
		ID:        bson.ObjectID(id),
		UserID:    user,
		Name:      task.Name,
		CreatedOn: bson.DateTime(task.CreatedMs),
		Done:      task.Done,
		UpdatedOn: bson.DateTime(task.UpdatedMs),
		Version:   task.Version,
	})
	return err
}
