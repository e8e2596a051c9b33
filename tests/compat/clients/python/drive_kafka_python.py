"""Drives kafka-python, which is Python down to the socket."""

import sys

import kafka
from kafka import ConsumerRebalanceListener, KafkaAdminClient, KafkaConsumer, KafkaProducer, OffsetAndMetadata, TopicPartition
from kafka.admin import ACL, ACLFilter, ACLOperation, ACLPermissionType, ConfigResource, ConfigResourceType, NewPartitions
from kafka.admin import NewTopic, ResourcePattern, ResourcePatternFilter, ResourceType
from kafka.coordinator.assignors.range import RangePartitionAssignor
from kafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from kafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor
from kafka.errors import KafkaError

import protocol
from protocol import ClientError

# kafka-python limits a batch by its size alone; this is about what a short record takes.
BYTES_A_RECORD = 10
# It finds out the broker's version first, and gives up after two seconds if it is not told otherwise.
PROBE_TIMEOUT_MS = 60000
ASSIGNORS = {"range": RangePartitionAssignor, "roundrobin": RoundRobinPartitionAssignor, "sticky": StickyPartitionAssignor}


class Announcer(ConsumerRebalanceListener):
    def __init__(self, delivered):
        self._delivered = delivered

    def on_partitions_assigned(self, assigned):
        protocol.event("assigned", partitions=sorted((p.topic, p.partition) for p in assigned))

    def on_partitions_revoked(self, revoked):
        # What another member reads by now is not this one's to commit.
        self._delivered.clear()
        protocol.event("assigned", partitions=[])


class Driver:
    def __init__(self, bootstrap):
        self._bootstrap = bootstrap
        self._producers = {}
        self._consumer = None
        self._delivered = {}
        self._admin_client = None

    def poll(self):
        if self._consumer is None:
            return False
        for partition, records in self._consumer.poll(timeout_ms=20, max_records=200).items():
            for record in records:
                protocol.event(
                    "record", t=record.topic, p=record.partition, o=record.offset, ts=record.timestamp,
                    k=protocol.encode(record.key), v=protocol.encode(record.value), h=protocol.headers_out(record.headers))
            self._delivered[partition] = records[-1].offset + 1
        return True

    def produce(self, args):
        producer = self._producer(args)
        results = []
        for record in args["records"]:
            try:
                results.append(producer.send(
                    args["topic"], value=protocol.decode(record["v"]), key=protocol.decode(record.get("k")),
                    headers=protocol.headers_in(record.get("h")), partition=record.get("p"), timestamp_ms=record.get("ts")))
            except KafkaError as error:
                results.append(error)
        return {"results": [_result(result, args) for result in results]}

    def burst(self, args):
        producer = self._producer(args)
        futures = [producer.send(args["topic"], value=value, partition=args.get("partition")) for value in protocol.burst_values(args)]
        results = [_result(future, args) for future in futures]
        failures = [result for result in results if "code" in result]
        return {"acked": len(results) - len(failures), "failed": len(failures), "codes": list({f["code"] for f in failures})}

    def subscribe(self, args):
        session = args.get("sessionTimeoutMs", 6000)
        self._consumer = KafkaConsumer(
            bootstrap_servers=self._bootstrap, api_version_auto_timeout_ms=PROBE_TIMEOUT_MS, group_id=args["group"], enable_auto_commit=False, auto_offset_reset="earliest",
            session_timeout_ms=session, heartbeat_interval_ms=min(300, session // 3), metadata_max_age_ms=1000,
            partition_assignment_strategy=[ASSIGNORS[args.get("strategy", "range")]])
        self._consumer.subscribe(topics=args["topics"], listener=Announcer(self._delivered))

    def assign(self, args):
        self._consumer = KafkaConsumer(
            bootstrap_servers=self._bootstrap, api_version_auto_timeout_ms=PROBE_TIMEOUT_MS, enable_auto_commit=False, auto_offset_reset="earliest",
            max_partition_fetch_bytes=10485760)
        partitions = [TopicPartition(args["topic"], p) for p in args["partitions"]]
        self._consumer.assign(partitions)
        if args["from"] == "earliest":
            self._consumer.seek_to_beginning(*partitions)
            return
        found = self._consumer.offsets_for_times({p: args["from"] for p in partitions})
        for partition in partitions:
            if found[partition] is None:
                self._consumer.seek_to_end(partition)
            else:
                self._consumer.seek(partition, found[partition].offset)

    def commit(self, args):
        if self._delivered:
            try:
                self._consumer.commit({partition: OffsetAndMetadata(offset, "") for partition, offset in self._delivered.items()})
            except KafkaError as error:
                raise _error(error) from error

    def committed(self, args):
        consumer = KafkaConsumer(bootstrap_servers=self._bootstrap, api_version_auto_timeout_ms=PROBE_TIMEOUT_MS, group_id=args["group"], enable_auto_commit=False)
        try:
            found = [consumer.committed(TopicPartition(args["topic"], p)) for p in args["partitions"]]
            return {"offsets": [-1 if offset is None else offset for offset in found]}
        finally:
            consumer.close()

    def leave(self, args):
        if self._consumer is not None:
            self._consumer.close(autocommit=False)
            self._consumer = None

    def admin(self, args):
        if self._admin_client is None:
            self._admin_client = KafkaAdminClient(bootstrap_servers=self._bootstrap, api_version_auto_timeout_ms=PROBE_TIMEOUT_MS)
        try:
            return getattr(self, "_" + args["call"])(self._admin_client, args)
        except KafkaError as error:
            raise _error(error) from error

    def methods(self, args):
        return {"names": [n for n in dir(KafkaAdminClient) if not n.startswith("_") and callable(getattr(KafkaAdminClient, n))]}

    def _createTopics(self, admin, args):
        admin.create_topics([NewTopic(args["topic"], args["partitions"], 1, topic_configs=args.get("configs"))])

    def _deleteTopics(self, admin, args):
        admin.delete_topics([args["topic"]])

    def _createPartitions(self, admin, args):
        admin.create_partitions({args["topic"]: NewPartitions(args["partitions"])})

    def _listTopics(self, admin, args):
        return {"topics": sorted(admin.list_topics())}

    def _describeTopic(self, admin, args):
        return {"partitions": len(admin.describe_topics([args["topic"]])[0]["partitions"])}

    def _describeCluster(self, admin, args):
        cluster = admin.describe_cluster()
        return {"brokers": len(cluster["brokers"]), "clusterId": cluster["cluster_id"], "controller": cluster["controller_id"]}

    def _describeConfigs(self, admin, args):
        responses = admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, args["topic"])])
        code, message, _, _, entries = responses[0].resources[0][:5]
        if code:
            raise ClientError(code, message)
        return {"configs": {entry[0]: entry[1] for entry in entries}}

    def _alterConfigs(self, admin, args):
        response = admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, args["topic"], configs=args["configs"])])
        code, message = response.resources[0][:2]
        if code:
            raise ClientError(code, message)

    def _listGroups(self, admin, args):
        return {"groups": sorted(group for group, _ in admin.list_consumer_groups())}

    def _describeGroup(self, admin, args):
        group = admin.describe_consumer_groups([args["group"]])[0]
        return {"state": group.state, "members": len(group.members)}

    def _groupOffsets(self, admin, args):
        offsets = admin.list_consumer_group_offsets(args["group"])
        return {"offsets": [[p.topic, p.partition, offset.offset] for p, offset in sorted(offsets.items())]}

    def _deleteGroups(self, admin, args):
        group, error = admin.delete_consumer_groups([args["group"]])[0]
        if error.errno:
            raise ClientError(error.errno, error.message)

    def _createAcls(self, admin, args):
        admin.create_acls([ACL("User:a", "*", ACLOperation.READ, ACLPermissionType.ALLOW, ResourcePattern(ResourceType.TOPIC, args["topic"]))])

    def _describeAcls(self, admin, args):
        _, error = admin.describe_acls(_acl_filter(args["topic"]))
        if error.errno:
            raise ClientError(error.errno, error.message)

    def _deleteAcls(self, admin, args):
        admin.delete_acls([_acl_filter(args["topic"])])

    def _close(self, admin, args):
        admin.close()
        self._admin_client = None

    def _producer(self, args):
        codec = args.get("codec", "none")
        settings = (args.get("acks", -1), None if codec == "none" else codec, args.get("timeoutMs", 30000), args.get("maxRequestBytes", 1048576), args.get("batchRecords", 200))
        if settings not in self._producers:
            acks, compression, timeout, size, batch = settings
            self._producers[settings] = KafkaProducer(
                bootstrap_servers=self._bootstrap, api_version_auto_timeout_ms=PROBE_TIMEOUT_MS, acks="all" if acks == -1 else acks, compression_type=compression, retries=10,
                request_timeout_ms=min(timeout, 10000), max_request_size=size, linger_ms=2, retry_backoff_ms=50,
                batch_size=batch * BYTES_A_RECORD,
                reconnect_backoff_ms=50, max_block_ms=timeout)
        return self._producers[settings]


def _acl_filter(topic):
    return ACLFilter("User:a", "*", ACLOperation.ANY, ACLPermissionType.ANY, ResourcePatternFilter(ResourceType.TOPIC, topic, kafka.admin.ACLResourcePatternType.LITERAL))


def _result(outcome, args):
    if isinstance(outcome, KafkaError):
        return {"code": _code(outcome), "message": str(outcome)}
    try:
        metadata = outcome.get(timeout=args.get("timeoutMs", 30000) / 1000 + 5)
        return {"p": metadata.partition, "o": metadata.offset}
    except KafkaError as error:
        return {"code": _code(error), "message": str(error)}


def _error(error):
    return ClientError(_code(error), str(error))


def _code(error):
    """Errors of the client's own have no number."""
    return getattr(error, "errno", None)


if __name__ == "__main__":
    protocol.run(Driver(sys.argv[1]), f"kafka-python {kafka.__version__}")
