"""Drives kcat: every produce, every consumer and every listing is a kcat process of its own."""

import ctypes
import json
import os
import re
import selectors
import signal
import subprocess
import sys
import tempfile

import protocol
from protocol import ClientError

# topic, partition, offset, timestamp, key length, value length (-1 is null), headers; then key and value as they are.
FORMAT = r"%t\t%p\t%o\t%T\t%K\t%S\t%h\n%k%s\n"
# "% Group g rebalanced (memberid m): assigned: t [0]" or, when only changes are told,
# "% Group g rebalanced: incremental assignment of 1 partition(s) (memberid m, COOPERATIVE rebalance protocol): t [0]"
REBALANCED = re.compile(r"% Group .* rebalanced.*?: (assigned|revoked|incremental assignment|incremental revoke)[^:]*: ?(.*)")
PARTITION = re.compile(r"(\S+) \[(\d+)\]")
_libc = ctypes.CDLL(None)


def _die_with_parent():
    """When a test kills the driver, kcat must crash at the same moment: PR_SET_PDEATHSIG."""
    _libc.prctl(1, signal.SIGKILL)


class Driver:
    def __init__(self, bootstrap):
        self._bootstrap = bootstrap
        self._kcat = None
        self._out = b""
        self._err = b""
        self._owned = set()

    def poll(self):
        if self._kcat is None:
            return False
        for key, _ in self._selector.select(timeout=0.02):
            data = os.read(key.fd, 1 << 20)
            if not data:
                self._selector.unregister(key.fileobj)
            elif key.fileobj is self._kcat.stdout:
                self._out += data
                self._take_records()
            else:
                self._err += data
                self._take_notices()
        return True

    def produce(self, args):
        results = []
        for record in args["records"]:
            with tempfile.NamedTemporaryFile() as value:
                value.write(protocol.decode(record["v"]) or b"")
                value.flush()
                key = protocol.decode(record.get("k"))
                options, data = [], b""
                if not record["v"]:
                    # An empty file would not be sent at all, an empty line is.
                    options, data = ["-K", ":"] + ([] if record["v"] is not None else ["-Z"]), (key or b"") + b":\n"
                elif key is not None:
                    options = ["-k", key]
                for name, header in record.get("h") or []:
                    options += ["-H", name.encode() + (b"" if header is None else b"=" + protocol.decode(header))]
                if record.get("p") is not None:
                    options += ["-p", str(record["p"])]
                failure = self._run_producer(args, options if data else options + [value.name], data)
            results.append({"code": None, "message": failure} if failure else {"p": None, "o": None})
        return {"results": results}

    def burst(self, args):
        options = [] if args.get("partition") is None else ["-p", str(args["partition"])]
        failure = self._run_producer(args, options, b"".join(value + b"\n" for value in protocol.burst_values(args)))
        count = args["count"]
        return {"acked": 0 if failure else count, "failed": count if failure else 0, "codes": [failure] if failure else []}

    def subscribe(self, args):
        session = args.get("sessionTimeoutMs", 6000)
        options = {
            "session.timeout.ms": session, "heartbeat.interval.ms": min(300, session // 3),
            "partition.assignment.strategy": args.get("strategy", "range"), "auto.offset.reset": "earliest",
            "auto.commit.interval.ms": 100, "topic.metadata.refresh.interval.ms": 1000}
        if args.get("instanceId"):
            options["group.instance.id"] = args["instanceId"]
        properties = [word for name, value in options.items() for word in ("-X", f"{name}={value}")]
        self._start(["-G", args["group"], *properties, *args["topics"]])

    def assign(self, args):
        origin = "beginning" if args["from"] == "earliest" else f"s@{args['from']}"
        partition = ["-p", str(args["partitions"][0])] if len(args["partitions"]) == 1 else []
        self._start(["-C", "-t", args["topic"], "-o", origin, "-X", "fetch.message.max.bytes=10485760", *partition])

    def commit(self, args):
        raise ClientError(None, "kcat commits by itself")

    def leave(self, args):
        if self._kcat is None:
            return
        self._kcat.send_signal(signal.SIGTERM)
        # It leaves its group while its output is still read, or a full pipe would hold it.
        while self._selector.get_map():
            self.poll()
        self._kcat.wait()
        self._kcat = None

    def admin(self, args):
        return getattr(self, "_" + args["call"])(args)

    def methods(self, args):
        return {"names": ["-L", "-Q"]}

    def _listTopics(self, args):
        return {"topics": sorted(topic["topic"] for topic in self._list([])["topics"])}

    def _describeTopic(self, args):
        return {"partitions": len(self._list(["-t", args["topic"]])["topics"][0]["partitions"])}

    def _describeCluster(self, args):
        found = self._list([])
        return {"brokers": len(found["brokers"]), "controller": found["controllerid"]}

    def _offsetsForTime(self, args):
        queries = [word for p in args["partitions"] for word in ("-t", f"{args['topic']}:{p}:{args['time']}")]
        lines = self._kcat_output(["-Q", *queries]).splitlines()
        found = {int(match[1]): int(match[2]) for match in (re.match(r"\S+ \[(\d+)\] offset (-?\d+)", line) for line in lines) if match}
        return {"offsets": [found[p] for p in args["partitions"]]}

    def _list(self, options):
        return json.loads(self._kcat_output(["-L", "-J", *options]))

    def _kcat_output(self, options):
        done = subprocess.run(["kcat", "-b", self._bootstrap, *options], capture_output=True, timeout=100, check=False)
        if done.returncode != 0:
            raise ClientError(None, done.stderr.decode(errors="replace"))
        return done.stdout.decode()

    def _run_producer(self, args, options, data):
        settings = {
            "acks": args.get("acks", -1), "compression.codec": args.get("codec", "none"),
            "enable.idempotence": str(args.get("idempotent", False)).lower(), "message.max.bytes": args.get("maxRequestBytes", 1000000),
            "delivery.timeout.ms": args.get("timeoutMs", 30000), "request.timeout.ms": min(args.get("timeoutMs", 30000), 10000),
            "retry.backoff.ms": 50, "linger.ms": 2, "batch.num.messages": args.get("batchRecords", 200)}
        properties = [word for name, value in settings.items() for word in ("-X", f"{name}={value}")]
        command = ["kcat", "-b", self._bootstrap, "-P", "-E", "-t", args["topic"], *properties, *options]
        done = subprocess.run(command, input=data, capture_output=True, timeout=100, check=False, preexec_fn=_die_with_parent)
        notices = done.stderr.decode(errors="replace").strip()
        return (notices or "failed") if done.returncode != 0 or "Delivery failed" in notices else None

    def _start(self, options):
        self._kcat = subprocess.Popen(
            ["kcat", "-b", self._bootstrap, "-u", "-E", "-f", FORMAT, *options],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0, preexec_fn=_die_with_parent)
        self._selector = selectors.DefaultSelector()
        for pipe in (self._kcat.stdout, self._kcat.stderr):
            os.set_blocking(pipe.fileno(), False)
            self._selector.register(pipe, selectors.EVENT_READ)

    def _take_records(self):
        while True:
            end = self._out.find(b"\n")
            if end < 0:
                return
            topic, partition, offset, timestamp, key_size, value_size, headers = self._out[:end].decode().split("\t")
            key_size, value_size = int(key_size), int(value_size)
            value_at = end + 1 + max(key_size, 0)
            after = value_at + max(value_size, 0) + 1
            if len(self._out) < after:
                return
            protocol.event(
                "record", t=topic, p=int(partition), o=int(offset), ts=int(timestamp),
                k=None if key_size < 0 else protocol.encode(self._out[end + 1:value_at]),
                v=None if value_size < 0 else protocol.encode(self._out[value_at:after - 1]), h=_headers(headers))
            self._out = self._out[after:]

    def _take_notices(self):
        *lines, self._err = self._err.split(b"\n")
        for line in lines:
            text = line.decode(errors="replace")
            match = REBALANCED.search(text)
            if match:
                self._rebalanced(match[1], {(topic, int(partition)) for topic, partition in PARTITION.findall(match[2])})
            elif "ERROR" in text:
                protocol.event("trouble", message=text)
            print(text, file=sys.stderr)

    def _rebalanced(self, kind, partitions):
        if kind in ("revoked", "incremental revoke"):
            self._owned = self._owned - partitions
        else:
            self._owned = self._owned | partitions if kind == "incremental assignment" else partitions
        protocol.event("assigned", partitions=sorted(self._owned))


def _headers(text):
    pairs = [pair.partition("=") for pair in text.split(",") if pair]
    return [[name, None if value == "NULL" else protocol.encode(value.encode())] for name, _, value in pairs]


if __name__ == "__main__":
    about = subprocess.run(["kcat", "-V"], capture_output=True, text=True, check=True).stdout
    protocol.run(Driver(sys.argv[1]), "kcat " + re.search(r"Version (\S+) .*librdkafka (\S+)", about).expand(r"\1 on librdkafka \2"))
