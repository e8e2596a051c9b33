'use strict';
// Drives kafkajs; the protocol is described in ../README.md.

const readline = require('node:readline');
const { Kafka, CompressionTypes, CompressionCodecs, logLevel, AclResourceTypes, AclOperationTypes, AclPermissionTypes, ResourcePatternTypes, ConfigResourceTypes, PartitionAssigners } = require('kafkajs');
const snappy = require('kafkajs-snappy');
const lz4 = require('lz4js');
const { hash } = require('lz4js/xxh32');
const { ZstdCodec } = require('zstd-codec');

const bootstrap = process.argv[2];
const codecs = { none: CompressionTypes.None, gzip: CompressionTypes.GZIP, snappy: CompressionTypes.Snappy, lz4: CompressionTypes.LZ4, zstd: CompressionTypes.ZSTD };

let consumer = null;
let admin = null;
let compiledZstd = null;
const delivered = new Map();
const producers = new Map();

const write = message => process.stdout.write(JSON.stringify(message) + '\n');
const encode = data => data === null || data === undefined ? null : Buffer.from(data).toString('base64');
const decode = text => text === null || text === undefined ? null : Buffer.from(text, 'base64');
const trouble = message => write({ event: 'trouble', message });

function client() {
  return new Kafka({
    brokers: [bootstrap],
    clientId: 'kafkajs-test',
    logLevel: logLevel.ERROR,
    logCreator: () => ({ log }) => process.stderr.write(`${log.message} ${log.error || ''} ${log.stack || ''}\n`),
    connectionTimeout: 10000,
    requestTimeout: 10000,
    retry: { initialRetryTime: 50, maxRetryTime: 400, retries: 20 },
  });
}

// lz4js marks its blocks as dependent on each other, which Kafka refuses. A batch is one block, so the mark is all that differs.
function independentBlocks(frame) {
  const flags = 4;
  const checksum = 6;
  frame[flags] |= 0x20;
  frame[checksum] = (hash(0, frame, flags, checksum - flags) >> 8) & 0xff;
  return frame;
}

// It is compiled in the background when it is first needed; nothing else waits for that.
function zstd() {
  compiledZstd ||= new Promise(resolve => ZstdCodec.run(made => resolve({ simple: new made.Simple(), streaming: new made.Streaming() })));
  return compiledZstd;
}

function registerCodecs() {
  CompressionCodecs[CompressionTypes.Snappy] = snappy;
  CompressionCodecs[CompressionTypes.LZ4] = () => ({
    compress: async encoder => independentBlocks(Buffer.from(lz4.compress(encoder.buffer))),
    decompress: async buffer => Buffer.from(lz4.decompress(buffer)),
  });
  CompressionCodecs[CompressionTypes.ZSTD] = () => ({
    compress: async encoder => Buffer.from((await zstd()).simple.compress(encoder.buffer)),
    // Frames of other clients do not say their size, which only the streaming form can read.
    decompress: async buffer => Buffer.from((await zstd()).streaming.decompress(buffer)),
  });
}

async function producer(args) {
  const key = JSON.stringify([args.idempotent]);
  if (!producers.has(key)) {
    const made = client().producer({ idempotent: !!args.idempotent, maxInFlightRequests: args.idempotent ? 1 : undefined });
    await made.connect();
    producers.set(key, made);
  }
  return producers.get(key);
}

function headersIn(headers) {
  const found = {};
  for (const [name, value] of headers || []) {
    found[name] = decode(value);
  }
  return found;
}

function headersOut(headers) {
  return Object.entries(headers || {}).flatMap(([name, value]) => [value].flat().map(one => [name, encode(one)]));
}

async function send(args, messages) {
  const sender = await producer(args);
  const acks = args.acks === undefined ? -1 : args.acks;
  return sender.send({ topic: args.topic, acks, timeout: 10000, compression: codecs[args.codec || 'none'], messages });
}

// The error that a broker's answer became lies somewhere inside the one that is thrown.
function failure(error) {
  const inner = [error, error.cause, ...(error.errors || [])].filter(Boolean);
  const told = inner.find(one => typeof one.code === 'number') || error;
  return { code: typeof told.code === 'number' ? told.code : null, message: told.message };
}

// A send is one request, so each record is sent alone to have a result of its own.
async function produce(args) {
  const results = [];
  for (const record of args.records) {
    const message = { key: decode(record.k), value: decode(record.v), headers: headersIn(record.h) };
    if (record.p !== undefined && record.p !== null) message.partition = record.p;
    if (record.ts) message.timestamp = String(record.ts);
    try {
      const answer = await send(args, [message]);
      results.push(answer.length ? { p: answer[0].partition, o: Number(answer[0].baseOffset) } : { p: null, o: null });
    } catch (error) {
      results.push(failure(error));
    }
  }
  return { results };
}

async function burst(args) {
  const outcome = { acked: 0, failed: 0, codes: [] };
  const step = args.batchRecords || 200;
  for (let first = 0; first < args.count; first += step) {
    const messages = [];
    for (let i = first; i < Math.min(first + step, args.count); i++) {
      const message = { value: `${args.prefix}${i}`.padEnd(args.size || 0, '.') };
      if (args.partition !== undefined && args.partition !== null) message.partition = args.partition;
      messages.push(message);
    }
    try {
      await send(args, messages);
      outcome.acked += messages.length;
    } catch (error) {
      outcome.failed += messages.length;
      if (!outcome.codes.includes(failure(error).code)) outcome.codes.push(failure(error).code);
    }
  }
  return outcome;
}

async function start(options, topics, onJoin) {
  consumer = client().consumer(options);
  consumer.on(consumer.events.GROUP_JOIN, onJoin);
  consumer.on(consumer.events.REBALANCING, () => { if (!options.silent) write({ event: 'assigned', partitions: [] }); });
  // What another member reads by now is not this one's to commit.
  consumer.on(consumer.events.GROUP_JOIN, () => delivered.clear());
  consumer.on(consumer.events.CRASH, ({ payload }) => trouble(payload.error.message));
  await consumer.connect();
  await consumer.subscribe({ topics, fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachMessage: async ({ topic, partition, message }) => {
      if (options.only && !options.only.includes(partition)) return;
      delivered.set(`${topic} ${partition}`, { topic, partition, offset: String(BigInt(message.offset) + 1n) });
      write({
        event: 'record', t: topic, p: partition, o: Number(message.offset), ts: Number(message.timestamp),
        k: encode(message.key), v: encode(message.value), h: headersOut(message.headers),
      });
    },
  });
}

async function subscribe(args) {
  const session = args.sessionTimeoutMs || 6000;
  const options = {
    groupId: args.group, sessionTimeout: session, rebalanceTimeout: Math.max(session, 3000),
    heartbeatInterval: Math.min(300, Math.floor(session / 3)), metadataMaxAge: 1000, maxWaitTimeInMs: 100,
    partitionAssigners: [PartitionAssigners.roundRobin],
  };
  await start(options, args.topics, ({ payload }) => {
    const partitions = Object.entries(payload.memberAssignment).flatMap(([topic, owned]) => owned.map(p => [topic, p]));
    write({ event: 'assigned', partitions: partitions.sort((a, b) => a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : a[1] - b[1]) });
  });
}

// kafkajs has no consumer without a group: it joins one of its own and seeks.
async function assign(args) {
  const groupId = `assigned-${process.pid}-${Date.now()}`;
  let offsets = null;
  if (args.from !== 'earliest') {
    const found = await (await administrator()).fetchTopicOffsetsByTimestamp(args.topic, args.from);
    offsets = found.filter(({ partition }) => args.partitions.includes(partition));
  }
  await start({ groupId, silent: true, maxWaitTimeInMs: 100, maxBytesPerPartition: 10485760, only: args.partitions }, [args.topic], () => {});
  for (const { partition, offset } of offsets || []) {
    consumer.seek({ topic: args.topic, partition, offset });
  }
}

async function commit() {
  if (delivered.size) await consumer.commitOffsets([...delivered.values()]);
}

async function committed(args) {
  const [found] = await (await administrator()).fetchOffsets({ groupId: args.group, topics: [args.topic] });
  const offsets = new Map(found.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
  return { offsets: args.partitions.map(p => offsets.has(p) ? offsets.get(p) : -1) };
}

async function leave() {
  if (consumer) await consumer.disconnect();
  consumer = null;
}

async function administrator() {
  if (!admin) {
    admin = client().admin();
    await admin.connect();
  }
  return admin;
}

const acl = topic => ({
  resourceType: AclResourceTypes.TOPIC, resourceName: topic, resourcePatternType: ResourcePatternTypes.LITERAL,
  principal: 'User:a', host: '*', operation: AclOperationTypes.READ, permissionType: AclPermissionTypes.ALLOW,
});

const adminCalls = {
  createTopics: (a, args) => a.createTopics({
    waitForLeaders: true,
    topics: [{ topic: args.topic, numPartitions: args.partitions, replicationFactor: 1, configEntries: Object.entries(args.configs || {}).map(([name, value]) => ({ name, value })) }],
  }).then(created => {
    // That a topic exists is no error to kafkajs.
    if (!created) throw Object.assign(new Error('exists'), { code: 36 });
    return {};
  }),
  deleteTopics: (a, args) => a.deleteTopics({ topics: [args.topic] }),
  createPartitions: (a, args) => a.createPartitions({ topicPartitions: [{ topic: args.topic, count: args.partitions }] }).then(() => ({})),
  listTopics: async a => ({ topics: (await a.listTopics()).sort() }),
  describeTopic: async (a, args) => ({ partitions: (await a.fetchTopicMetadata({ topics: [args.topic] })).topics[0].partitions.length }),
  describeCluster: async a => {
    const cluster = await a.describeCluster();
    return { brokers: cluster.brokers.length, clusterId: cluster.clusterId, controller: cluster.controller };
  },
  describeConfigs: async (a, args) => {
    const answer = await a.describeConfigs({ resources: [{ type: ConfigResourceTypes.TOPIC, name: args.topic }], includeSynonyms: true });
    return { configs: Object.fromEntries(answer.resources[0].configEntries.map(e => [e.configName, e.configValue])) };
  },
  alterConfigs: (a, args) => a.alterConfigs({
    validateOnly: false,
    resources: [{ type: ConfigResourceTypes.TOPIC, name: args.topic, configEntries: Object.entries(args.configs).map(([name, value]) => ({ name, value })) }],
  }).then(() => ({})),
  listGroups: async a => ({ groups: (await a.listGroups()).groups.map(g => g.groupId).sort() }),
  describeGroup: async (a, args) => {
    const { groups: [group] } = await a.describeGroups([args.group]);
    return { state: group.state, members: group.members.length };
  },
  deleteGroups: (a, args) => a.deleteGroups([args.group]).then(() => ({})),
  groupOffsets: async (a, args) => ({
    offsets: (await a.fetchOffsets({ groupId: args.group })).flatMap(t => t.partitions.map(p => [t.topic, p.partition, Number(p.offset)])).sort((x, y) => x[1] - y[1]),
  }),
  setOffsets: (a, args) => a.setOffsets({ groupId: args.group, topic: args.topic, partitions: args.offsets.map((offset, partition) => ({ partition, offset: String(offset) })) }).then(() => ({})),
  resetOffsets: (a, args) => a.resetOffsets({ groupId: args.group, topic: args.topic, earliest: true }).then(() => ({})),
  topicOffsets: async (a, args) => ({
    offsets: (await a.fetchTopicOffsets(args.topic)).sort((x, y) => x.partition - y.partition).map(o => [Number(o.low), Number(o.high)]),
  }),
  offsetsForTime: async (a, args) => {
    const found = await a.fetchTopicOffsetsByTimestamp(args.topic, args.time);
    return { offsets: args.partitions.map(p => Number(found.find(o => o.partition === p).offset)) };
  },
  deleteRecords: (a, args) => a.deleteTopicRecords({ topic: args.topic, partitions: [{ partition: 0, offset: String(args.before) }] }).then(() => ({})),
  createAcls: (a, args) => a.createAcls({ acl: [acl(args.topic)] }).then(() => ({})),
  describeAcls: (a, args) => a.describeAcls(acl(args.topic)).then(() => ({})),
  deleteAcls: (a, args) => a.deleteAcls({ filters: [acl(args.topic)] }).then(() => ({})),
  alterReassignments: (a, args) => a.alterPartitionReassignments({ topics: [{ topic: args.topic, partitionAssignment: [{ partition: 0, replicas: [1] }] }] }).then(() => ({})),
  listReassignments: (a, args) => a.listPartitionReassignments({ topics: [{ topic: args.topic, partitions: [0] }] }).then(() => ({})),
};

const operations = {
  produce, burst, subscribe, assign, commit, committed, leave,
  admin: async args => adminCalls[args.call](await administrator(), args),
  methods: async () => ({ names: Object.keys(client().admin()).filter(name => typeof client().admin()[name] === 'function').sort() }),
};

async function answer(command) {
  try {
    write({ id: command.id, ok: await operations[command.op](command) || {} });
  } catch (error) {
    process.stderr.write(`${error.stack}\n`);
    write({ id: command.id, error: failure(error) });
  }
}

async function main() {
  registerCodecs();
  write({ event: 'ready', client: `kafkajs ${require('kafkajs/package.json').version}` });
  for await (const line of readline.createInterface({ input: process.stdin })) {
    await answer(JSON.parse(line));
  }
  await leave();
  process.exit(0);
}

main();
