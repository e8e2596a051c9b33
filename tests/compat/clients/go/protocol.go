package main

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"
	"sync"

	"github.com/Shopify/sarama"
)

// The line protocol of ../README.md.

type record struct {
	Key       *string      `json:"k"`
	Value     *string      `json:"v"`
	Headers   [][2]*string `json:"h"`
	Partition *int32       `json:"p"`
	Timestamp int64        `json:"ts"`
}

type command struct {
	ID               int               `json:"id"`
	Op               string            `json:"op"`
	Topic            string            `json:"topic"`
	Topics           []string          `json:"topics"`
	Acks             *int16            `json:"acks"`
	Codec            string            `json:"codec"`
	Idempotent       bool              `json:"idempotent"`
	TimeoutMs        int               `json:"timeoutMs"`
	MaxRequestBytes  int               `json:"maxRequestBytes"`
	Records          []record          `json:"records"`
	Count            int               `json:"count"`
	Prefix           string            `json:"prefix"`
	Size             int               `json:"size"`
	BatchRecords     int               `json:"batchRecords"`
	Partition        *int32            `json:"partition"`
	Group            string            `json:"group"`
	Strategy         string            `json:"strategy"`
	SessionTimeoutMs int               `json:"sessionTimeoutMs"`
	Partitions       json.RawMessage   `json:"partitions"`
	From             json.RawMessage   `json:"from"`
	Call             string            `json:"call"`
	Configs          map[string]string `json:"configs"`
	Before           int64             `json:"before"`
	Time             int64             `json:"time"`
}

type fields map[string]interface{}

var (
	out     = json.NewEncoder(os.Stdout)
	outLock sync.Mutex
)

func write(message fields) {
	outLock.Lock()
	defer outLock.Unlock()
	_ = out.Encode(message)
}

func (c *command) partitionList() []int32 {
	var list []int32
	_ = json.Unmarshal(c.Partitions, &list)
	return list
}

func (c *command) partitionCount() int32 {
	var count int32
	_ = json.Unmarshal(c.Partitions, &count)
	return count
}

func encode(data []byte) interface{} {
	if data == nil {
		return nil
	}
	return base64.StdEncoding.EncodeToString(data)
}

func decode(text *string) []byte {
	if text == nil {
		return nil
	}
	data, err := base64.StdEncoding.DecodeString(*text)
	if err != nil {
		panic(err)
	}
	return data
}

func failure(err error) fields {
	var code interface{}
	var known sarama.KError
	var topic *sarama.TopicError
	var producer *sarama.ProducerError
	switch {
	case errors.As(err, &known):
		code = int16(known)
	case errors.As(err, &topic):
		code = int16(topic.Err)
	case errors.As(err, &producer):
		return failure(producer.Err)
	}
	return fields{"code": code, "message": err.Error()}
}

func serve(d *driver) {
	write(fields{"event": "ready", "client": "sarama for Kafka " + sarama.MaxVersion.String()})
	lines := bufio.NewReaderSize(os.Stdin, 1<<20)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			_, _ = d.leave(nil)
			return
		}
		var c command
		if err := json.Unmarshal(line, &c); err != nil {
			panic(err)
		}
		result, err := d.do(&c)
		switch {
		case err != nil:
			write(fields{"id": c.ID, "error": failure(err)})
		case result == nil:
			write(fields{"id": c.ID, "ok": fields{}})
		default:
			write(fields{"id": c.ID, "ok": result})
		}
	}
}
