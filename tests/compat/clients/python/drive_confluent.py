"""Drives confluent-kafka for Python."""

import sys

import confluent_kafka
from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, ConfigResource, NewPartitions, NewTopic

import protocol
from protocol import ClientError


class Driver:
    def __init__(self, bootstrap):
        self._bootstrap = bootstrap
        self._producers = {}
        self._consumer = None
        self._delivered = {}
        self._owned = []
        self._admin_client = None

    def poll(self):
        if self._consumer is None:
            return False
        message = self._consumer.poll(0.02)
        if message is None:
            return True
        if message.error():
            protocol.event("trouble", message=str(message.error()))
            return True
        self._delivered[(message.topic(), message.partition())] = message.offset() + 1
        protocol.event(
            "record", t=message.topic(), p=message.partition(), o=message.offset(), ts=message.timestamp()[1],
            k=protocol.encode(message.key()), v=protocol.encode(message.value()), h=protocol.headers_out(message.headers()))
        return True

    def produce(self, args):
        producer = self._producer(args)
        results = [None] * len(args["records"])

        def report(index):
            def callback(error, message):
                results[index] = _failure(error) if error else {"p": message.partition(), "o": message.offset()}
            return callback

        for index, record in enumerate(args["records"]):
            try:
                producer.produce(args["topic"], on_delivery=report(index), **_record(record))
            except KafkaException as error:
                results[index] = _failure(error.args[0])
        producer.flush(args.get("timeoutMs", 30000) / 1000 + 5)
        return {"results": [result or {"code": None, "message": "no report"} for result in results]}

    def burst(self, args):
        producer = self._producer(args)
        outcome = {"acked": 0, "failed": 0, "codes": []}

        def report(error, _):
            outcome["failed" if error else "acked"] += 1
            if error and error.code() not in outcome["codes"]:
                outcome["codes"].append(error.code())

        for value in protocol.burst_values(args):
            while True:
                try:
                    producer.produce(args["topic"], value=value, on_delivery=report, **_partition(args.get("partition")))
                    break
                except BufferError:
                    producer.poll(0.05)
            producer.poll(0)
        producer.flush(args.get("timeoutMs", 30000) / 1000 + 5)
        return outcome

    def subscribe(self, args):
        config = {
            "bootstrap.servers": self._bootstrap,
            "group.id": args["group"],
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
            "session.timeout.ms": args.get("sessionTimeoutMs", 6000),
            "heartbeat.interval.ms": min(300, args.get("sessionTimeoutMs", 6000) // 3),
            "partition.assignment.strategy": args.get("strategy", "range"),
            "topic.metadata.refresh.interval.ms": 1000,
        }
        if args.get("instanceId"):
            config["group.instance.id"] = args["instanceId"]
        cooperative = config["partition.assignment.strategy"] == "cooperative-sticky"
        self._consumer = Consumer(config)

        def assigned(consumer, partitions):
            found = [(p.topic, p.partition) for p in partitions]
            self._owned = self._owned + found if cooperative else found
            protocol.event("assigned", partitions=sorted(self._owned))

        def revoked(consumer, partitions):
            gone = {(p.topic, p.partition) for p in partitions}
            # What another member reads by now is not this one's to commit.
            self._delivered = {p: offset for p, offset in self._delivered.items() if p not in gone}
            self._owned = [p for p in self._owned if p not in gone]
            protocol.event("assigned", partitions=sorted(self._owned))

        self._consumer.subscribe(args["topics"], on_assign=assigned, on_revoke=revoked)

    def assign(self, args):
        self._consumer = Consumer({
            "bootstrap.servers": self._bootstrap, "group.id": "assigned", "enable.auto.commit": False,
            "auto.offset.reset": "earliest", "fetch.message.max.bytes": 10485760})
        if args["from"] == "earliest":
            partitions = [TopicPartition(args["topic"], p, confluent_kafka.OFFSET_BEGINNING) for p in args["partitions"]]
        else:
            wanted = [TopicPartition(args["topic"], p, args["from"]) for p in args["partitions"]]
            partitions = self._consumer.offsets_for_times(wanted, 60)
        self._consumer.assign(partitions)

    def commit(self, args):
        offsets = [TopicPartition(t, p, o) for (t, p), o in self._delivered.items()]
        if offsets:
            try:
                self._consumer.commit(offsets=offsets, asynchronous=False)
            except KafkaException as error:
                raise _error(error) from error

    def committed(self, args):
        consumer = Consumer({"bootstrap.servers": self._bootstrap, "group.id": args["group"]})
        try:
            found = consumer.committed([TopicPartition(args["topic"], p) for p in args["partitions"]], 60)
            return {"offsets": [p.offset if p.offset >= 0 else -1 for p in found]}
        finally:
            consumer.close()

    def leave(self, args):
        if self._consumer is not None:
            self._consumer.close()
            self._consumer = None

    def admin(self, args):
        if self._admin_client is None:
            self._admin_client = AdminClient({"bootstrap.servers": self._bootstrap})
        try:
            return getattr(self, "_" + args["call"])(self._admin_client, args)
        except KafkaException as error:
            raise _error(error) from error

    def methods(self, args):
        inherited = set(dir(Producer)) | set(dir(object))
        names = {name for name in dir(AdminClient) if not name.startswith("_")}
        return {"names": sorted(names - inherited | (names & {"list_topics", "list_groups"}))}

    def _createTopics(self, admin, args):
        topic = NewTopic(args["topic"], args["partitions"], 1, config=args.get("configs", {}))
        admin.create_topics([topic], request_timeout=60)[args["topic"]].result()

    def _deleteTopics(self, admin, args):
        admin.delete_topics([args["topic"]], request_timeout=60)[args["topic"]].result()

    def _createPartitions(self, admin, args):
        admin.create_partitions([NewPartitions(args["topic"], args["partitions"])])[args["topic"]].result()

    def _listTopics(self, admin, args):
        return {"topics": sorted(admin.list_topics(timeout=60).topics)}

    def _describeTopic(self, admin, args):
        topic = admin.list_topics(args["topic"], timeout=60).topics[args["topic"]]
        return {"partitions": len(topic.partitions)}

    def _describeConfigs(self, admin, args):
        resource = ConfigResource("topic", args["topic"])
        entries = admin.describe_configs([resource])[resource].result()
        return {"configs": {name: entry.value for name, entry in entries.items()}}

    def _alterConfigs(self, admin, args):
        resource = ConfigResource("topic", args["topic"], set_config=args["configs"])
        admin.alter_configs([resource])[resource].result()

    def _listGroups(self, admin, args):
        return {"groups": sorted(group.id for group in admin.list_groups(timeout=60))}

    def _describeGroup(self, admin, args):
        group = admin.list_groups(args["group"], timeout=60)[0]
        return {"state": group.state, "members": len(group.members)}

    def _producer(self, args):
        settings = (args.get("acks", -1), args.get("codec", "none"), args.get("idempotent", False),
                    args.get("timeoutMs", 30000), args.get("maxRequestBytes", 1000000), args.get("batchRecords", 200))
        if settings not in self._producers:
            acks, codec, idempotent, timeout, size, batch = settings
            config = {
                "bootstrap.servers": self._bootstrap, "acks": acks, "compression.type": codec,
                "enable.idempotence": idempotent, "message.max.bytes": size, "delivery.timeout.ms": timeout,
                "request.timeout.ms": min(timeout, 10000), "retry.backoff.ms": 50, "linger.ms": 2, "batch.num.messages": batch,
            }
            self._producers[settings] = Producer(config)
        return self._producers[settings]


def _partition(partition):
    return {} if partition is None else {"partition": partition}


def _record(record):
    fields = {"value": protocol.decode(record["v"]), "key": protocol.decode(record.get("k")), **_partition(record.get("p"))}
    if record.get("h"):
        fields["headers"] = protocol.headers_in(record["h"])
    if record.get("ts"):
        fields["timestamp"] = record["ts"]
    return fields


def _failure(error):
    return {"code": error.code(), "message": error.str()}


def _error(exception):
    return ClientError(exception.args[0].code(), exception.args[0].str())


if __name__ == "__main__":
    version = f"confluent-kafka {confluent_kafka.version()[0]} on librdkafka {confluent_kafka.libversion()[0]}"
    protocol.run(Driver(sys.argv[1]), version)
