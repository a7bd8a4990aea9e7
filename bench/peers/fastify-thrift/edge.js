// SPDX-License-Identifier: Apache-2.0
// The HTTP edge: checks the token, validates, calls the Thrift service, answers with JSON by schema.
'use strict'

const fs = require('node:fs')
const fastify = require('fastify')
const thrift = require('thrift')
const Tasks = require('./gen/Tasks')
const { NewTask, PageRequest } = require('./gen/tasks_types')
const { BaseException } = require('./gen/common_types')
const { RPC } = require('./rpc')
const schemas = require('./schemas')

const { BENCH_PORT, BENCH_UPSTREAM_PORT, BENCH_KEY_FILE } = process.env

// One connection, on which calls are pipelined; it reconnects by itself.
function connect () {
  const connection = thrift.createConnection('127.0.0.1', Number(BENCH_UPSTREAM_PORT), {
    ...RPC,
    max_attempts: Infinity,
    retry_max_delay: 200
  })
  connection.on('error', () => {})
  const connected = new Promise(resolve => connection.once('connect', resolve))
  return { client: thrift.createClient(Tasks, connection), connected }
}

async function main () {
  const app = fastify({ logger: false })
  const { client, connected } = connect()

  app.register(require('@fastify/jwt'), {
    secret: fs.readFileSync(BENCH_KEY_FILE),
    verify: {
      algorithms: ['HS256'],
      allowedIss: 'taskwire',
      allowedAud: 'taskwire',
      requiredClaims: ['sub', 'exp'],
      cache: true
    }
  })

  // request.jwtVerify() decodes the token anew each time; this asks the verifier's cache first.
  app.addHook('onRequest', (request, reply, done) => {
    try {
      request.user = app.jwt.verify(app.jwt.lookupToken(request))
      done()
    } catch (error) {
      error.statusCode = 401
      done(error)
    }
  })

  app.setErrorHandler((error, request, reply) => {
    if (error instanceof BaseException) {
      reply.code(error.code).send({ message: error.message })
    } else {
      reply.send(error)
    }
  })

  app.get('/v1/tasks', { schema: schemas.page }, async request => {
    const { tasks, nextCursor } = await client.page(request.user.sub, new PageRequest(request.query))
    return { tasks, nextCursor: nextCursor ?? undefined }
  })

  app.get('/v1/tasks/:id', { schema: schemas.get }, request => {
    return client.get(request.user.sub, request.params.id)
  })

  app.post('/v1/tasks', { schema: schemas.create }, async (request, reply) => {
    const task = await client.create(request.user.sub, new NewTask(request.body))
    reply.code(201).header('Location', `/v1/tasks/${task.id}`)
    return task
  })

  await connected
  await app.listen({ host: '127.0.0.1', port: Number(BENCH_PORT) })
  process.on('SIGTERM', () => process.exit(0))
}

main()
