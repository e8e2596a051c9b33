// Drives sarama, the Go client that Debian ships.
package main

import (
	"fmt"
	"os"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/Shopify/sarama"
)

type driver struct {
	bootstrap []string
	producers map[string]sarama.AsyncProducer
	consumer  *groupConsumer
	assigned  []sarama.PartitionConsumer
	closers   []func() error
	admin     sarama.ClusterAdmin
}

func main() {
	serve(&driver{bootstrap: []string{os.Args[1]}, producers: map[string]sarama.AsyncProducer{}})
}

func (d *driver) do(c *command) (fields, error) {
	switch c.Op {
	case "produce":
		return d.produce(c)
	case "burst":
		return d.burst(c)
	case "subscribe":
		return d.subscribe(c)
	case "assign":
		return d.assign(c)
	case "commit":
		return d.commit(c)
	case "committed":
		return d.committed(c)
	case "leave":
		return d.leave(c)
	case "admin":
		return d.callAdmin(c)
	case "methods":
		return adminMethods(), nil
	}
	return nil, fmt.Errorf("unknown op %s", c.Op)
}

func baseConfig() *sarama.Config {
	config := sarama.NewConfig()
	config.ClientID = "sarama-test"
	config.Version = sarama.V2_2_0_0
	config.Net.ReadTimeout = 30 * time.Second
	config.Metadata.Retry.Backoff = 50 * time.Millisecond
	config.Metadata.Retry.Max = 20
	return config
}

var codecs = map[string]sarama.CompressionCodec{
	"none": sarama.CompressionNone, "gzip": sarama.CompressionGZIP, "snappy": sarama.CompressionSnappy,
	"lz4": sarama.CompressionLZ4, "zstd": sarama.CompressionZSTD,
}

func (d *driver) producer(c *command) (sarama.AsyncProducer, error) {
	key := fmt.Sprint(c.Acks != nil, acksOf(c), c.Codec, c.Idempotent, c.TimeoutMs, c.MaxRequestBytes, c.BatchRecords)
	if made, ok := d.producers[key]; ok {
		return made, nil
	}
	config := baseConfig()
	config.Producer.RequiredAcks = sarama.RequiredAcks(acksOf(c))
	config.Producer.Compression = codecs[orElse(c.Codec, "none")]
	config.Producer.Idempotent = c.Idempotent
	if c.Idempotent {
		config.Net.MaxOpenRequests = 1
	}
	config.Producer.Return.Successes = true
	config.Producer.Partitioner = partitionerFor
	config.Producer.Retry.Max = 20
	config.Producer.Retry.Backoff = 50 * time.Millisecond
	config.Producer.Flush.Frequency = 2 * time.Millisecond
	config.Producer.Flush.MaxMessages = 200
	if c.BatchRecords > 0 {
		// Full batches only, however slow the machine: sarama makes batches anew when it retries after a lost connection, and
		// a broker knows a retry by its first and last sequence number.
		config.Producer.Flush.Messages = c.BatchRecords
		config.Producer.Flush.MaxMessages = c.BatchRecords
		config.Producer.Flush.Frequency = time.Second
	}
	if c.MaxRequestBytes > 0 {
		config.Producer.MaxMessageBytes = c.MaxRequestBytes
	}
	made, err := sarama.NewAsyncProducer(d.bootstrap, config)
	if err == nil {
		d.producers[key] = made
	}
	return made, err
}

// A partition that the test names wins over hashing the key.
type chosen struct{ hash sarama.Partitioner }

func partitionerFor(topic string) sarama.Partitioner {
	return &chosen{hash: sarama.NewHashPartitioner(topic)}
}

func (p *chosen) Partition(message *sarama.ProducerMessage, count int32) (int32, error) {
	if tag, ok := message.Metadata.(tag); ok && tag.partition != nil {
		return *tag.partition, nil
	}
	return p.hash.Partition(message, count)
}

func (p *chosen) RequiresConsistency() bool { return true }

type tag struct {
	index     int
	partition *int32
}

func (d *driver) send(c *command, messages []*sarama.ProducerMessage) ([]fields, error) {
	producer, err := d.producer(c)
	if err != nil {
		return nil, err
	}
	results := make([]fields, len(messages))
	go func() {
		for _, message := range messages {
			producer.Input() <- message
		}
	}()
	for range messages {
		select {
		case done := <-producer.Successes():
			results[done.Metadata.(tag).index] = fields{"p": done.Partition, "o": done.Offset}
		case failed := <-producer.Errors():
			results[failed.Msg.Metadata.(tag).index] = failure(failed.Err)
		}
	}
	return results, nil
}

func (d *driver) produce(c *command) (fields, error) {
	var messages []*sarama.ProducerMessage
	for i, r := range c.Records {
		message := &sarama.ProducerMessage{Topic: c.Topic, Metadata: tag{i, r.Partition}}
		if r.Key != nil {
			message.Key = sarama.ByteEncoder(decode(r.Key))
		}
		if r.Value != nil {
			message.Value = sarama.ByteEncoder(decode(r.Value))
		}
		for _, h := range r.Headers {
			message.Headers = append(message.Headers, sarama.RecordHeader{Key: []byte(*h[0]), Value: decode(h[1])})
		}
		if r.Timestamp > 0 {
			message.Timestamp = time.Unix(r.Timestamp/1000, r.Timestamp%1000*1e6)
		}
		messages = append(messages, message)
	}
	results, err := d.send(c, messages)
	return fields{"results": results}, err
}

func (d *driver) burst(c *command) (fields, error) {
	var messages []*sarama.ProducerMessage
	for i := 0; i < c.Count; i++ {
		value := fmt.Sprintf("%s%d", c.Prefix, i)
		if len(value) < c.Size {
			value += strings.Repeat(".", c.Size-len(value))
		}
		messages = append(messages, &sarama.ProducerMessage{Topic: c.Topic, Value: sarama.StringEncoder(value), Metadata: tag{i, c.Partition}})
	}
	results, err := d.send(c, messages)
	if err != nil {
		return nil, err
	}
	failed, codes := 0, map[interface{}]bool{}
	for _, result := range results {
		if _, wrong := result["message"]; wrong {
			failed++
			codes[result["code"]] = true
		}
	}
	distinct := []interface{}{}
	for code := range codes {
		distinct = append(distinct, code)
	}
	return fields{"acked": c.Count - failed, "failed": failed, "codes": distinct}, nil
}

func (d *driver) assign(c *command) (fields, error) {
	client, err := sarama.NewClient(d.bootstrap, baseConfig())
	if err != nil {
		return nil, err
	}
	consumer, err := sarama.NewConsumerFromClient(client)
	if err != nil {
		return nil, err
	}
	d.closers = append(d.closers, consumer.Close, client.Close)
	for _, partition := range c.partitionList() {
		offset := sarama.OffsetOldest
		if string(c.From) != `"earliest"` {
			var at int64
			if _, err := fmt.Sscan(string(c.From), &at); err != nil {
				return nil, err
			}
			if offset, err = client.GetOffset(c.Topic, partition, at); err != nil {
				return nil, err
			}
		}
		claim, err := consumer.ConsumePartition(c.Topic, partition, offset)
		if err != nil {
			return nil, err
		}
		d.assigned = append(d.assigned, claim)
		go func() {
			for message := range claim.Messages() {
				announce(message)
			}
		}()
	}
	return nil, nil
}

func announce(message *sarama.ConsumerMessage) {
	headers := [][2]interface{}{}
	for _, h := range message.Headers {
		headers = append(headers, [2]interface{}{string(h.Key), encode(h.Value)})
	}
	write(fields{"event": "record", "t": message.Topic, "p": message.Partition, "o": message.Offset,
		"ts": message.Timestamp.UnixNano() / 1e6, "k": encode(message.Key), "v": encode(message.Value), "h": headers})
}

func (d *driver) leave(*command) (fields, error) {
	var group sync.WaitGroup
	for _, claim := range d.assigned {
		group.Add(1)
		go func(claim sarama.PartitionConsumer) { defer group.Done(); _ = claim.Close() }(claim)
	}
	group.Wait()
	d.assigned = nil
	if d.consumer != nil {
		err := d.consumer.close()
		d.consumer = nil
		return nil, err
	}
	for _, closer := range d.closers {
		_ = closer()
	}
	d.closers = nil
	return nil, nil
}

func acksOf(c *command) int16 {
	if c.Acks == nil {
		return -1
	}
	return *c.Acks
}

func orElse(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

func sortedKeys(found map[string]bool) []string {
	names := []string{}
	for name := range found {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}
