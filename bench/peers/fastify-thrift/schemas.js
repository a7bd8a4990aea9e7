// SPDX-License-Identifier: Apache-2.0
// What requests may hold (as in idl/tasks.thrift), and what answers show: Fastify compiles a validator and a
// serializer of each.
'use strict'

const task = {
  type: 'object',
  properties: {
    id: { type: 'string' },
    name: { type: 'string' },
    createdOn: { type: 'string' },
    done: { type: 'boolean' },
    updatedOn: { type: 'string' },
    version: { type: 'integer' }
  }
}

exports.page = {
  querystring: {
    type: 'object',
    properties: {
      limit: { type: 'integer', minimum: 1, maximum: 200, default: 50 },
      cursor: { type: 'string', pattern: '^A[Q-Za-f][A-Za-z0-9_-]{26}$' },
      done: { type: 'boolean' }
    }
  },
  response: {
    200: {
      type: 'object',
      properties: { tasks: { type: 'array', items: task }, nextCursor: { type: 'string' } }
    }
  }
}

exports.get = {
  response: { 200: task }
}

exports.create = {
  body: {
    type: 'object',
    required: ['name'],
    properties: {
      name: { type: 'string', minLength: 1, maxLength: 500, pattern: '^[^\\x00-\\x1f\\x7f-\\x9f]*$' },
      done: { type: 'boolean', default: false }
    }
  },
  response: { 201: task }
}
