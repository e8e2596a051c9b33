package main

import (
	"context"
	"errors"
	"sort"
	"sync"
	"time"

	"github.com/Shopify/sarama"
)

// A member of a group. sarama commits marked offsets on a timer, so a commit is: mark, then wait until the broker has them.
type groupConsumer struct {
	name   string
	group  sarama.ConsumerGroup
	cancel context.CancelFunc
	done   chan struct{}

	lock      sync.Mutex
	session   sarama.ConsumerGroupSession
	delivered map[string]map[int32]int64
}

const (
	commitInterval   = 50 * time.Millisecond
	longestHeartbeat = 300 * time.Millisecond
)

func (d *driver) subscribe(c *command) (fields, error) {
	session := time.Duration(c.SessionTimeoutMs) * time.Millisecond
	if session == 0 {
		session = 6 * time.Second
	}
	config := baseConfig()
	config.Consumer.Offsets.Initial = sarama.OffsetOldest
	config.Consumer.Offsets.CommitInterval = commitInterval
	// Without a retention sarama sends OffsetCommit v1, which Kafka 4 no longer serves.
	config.Consumer.Offsets.Retention = 24 * time.Hour
	config.Consumer.Group.Session.Timeout = session
	config.Consumer.Group.Heartbeat.Interval = session / 3
	if config.Consumer.Group.Heartbeat.Interval > longestHeartbeat {
		config.Consumer.Group.Heartbeat.Interval = longestHeartbeat
	}
	// Shorter than the read timeout, within which the answer to JoinGroup must come.
	config.Consumer.Group.Rebalance.Timeout = 20 * time.Second
	config.Consumer.Group.Rebalance.Retry.Backoff = 100 * time.Millisecond
	config.Consumer.Group.Rebalance.Retry.Max = 30
	config.Consumer.MaxWaitTime = 100 * time.Millisecond
	config.Metadata.RefreshFrequency = time.Second
	if c.Strategy == "roundrobin" {
		config.Consumer.Group.Rebalance.Strategy = sarama.BalanceStrategyRoundRobin
	}
	group, err := sarama.NewConsumerGroup(d.bootstrap, c.Group, config)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	g := &groupConsumer{name: c.Group, group: group, cancel: cancel, done: make(chan struct{}), delivered: map[string]map[int32]int64{}}
	d.consumer = g
	go g.run(ctx, c.Topics)
	return nil, nil
}

func (g *groupConsumer) run(ctx context.Context, topics []string) {
	defer close(g.done)
	for ctx.Err() == nil {
		err := g.group.Consume(ctx, topics, g)
		if errors.Is(err, sarama.ErrClosedConsumerGroup) {
			return
		}
		if err != nil {
			write(fields{"event": "trouble", "message": err.Error()})
			select {
			case <-ctx.Done():
			case <-time.After(commitInterval):
			}
		}
	}
}

// Setup is called by sarama at the start of every generation.
func (g *groupConsumer) Setup(session sarama.ConsumerGroupSession) error {
	g.lock.Lock()
	defer g.lock.Unlock()
	g.session = session
	g.delivered = map[string]map[int32]int64{}
	owned := [][2]interface{}{}
	for topic, partitions := range session.Claims() {
		sort.Slice(partitions, func(i, j int) bool { return partitions[i] < partitions[j] })
		for _, partition := range partitions {
			owned = append(owned, [2]interface{}{topic, partition})
		}
	}
	write(fields{"event": "assigned", "partitions": owned})
	return nil
}

// Cleanup is called by sarama at the end of every generation.
func (g *groupConsumer) Cleanup(sarama.ConsumerGroupSession) error {
	g.lock.Lock()
	defer g.lock.Unlock()
	g.session = nil
	write(fields{"event": "assigned", "partitions": [][2]interface{}{}})
	return nil
}

// ConsumeClaim is called by sarama for every owned partition.
func (g *groupConsumer) ConsumeClaim(_ sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim) error {
	for message := range claim.Messages() {
		announce(message)
		g.lock.Lock()
		if g.delivered[message.Topic] == nil {
			g.delivered[message.Topic] = map[int32]int64{}
		}
		g.delivered[message.Topic][message.Partition] = message.Offset + 1
		g.lock.Unlock()
	}
	return nil
}

func (d *driver) commit(*command) (fields, error) {
	g := d.consumer
	g.lock.Lock()
	wanted := map[string]map[int32]int64{}
	partitions := map[string][]int32{}
	for topic, offsets := range g.delivered {
		wanted[topic] = map[int32]int64{}
		for partition, offset := range offsets {
			wanted[topic][partition] = offset
			partitions[topic] = append(partitions[topic], partition)
			if g.session != nil {
				g.session.MarkOffset(topic, partition, offset, "")
			}
		}
	}
	g.lock.Unlock()
	admin, err := d.administrator()
	if err != nil || len(wanted) == 0 {
		return nil, err
	}
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); time.Sleep(commitInterval) {
		found, err := admin.ListConsumerGroupOffsets(g.name, partitions)
		if err != nil {
			return nil, err
		}
		if reached(wanted, found) {
			return nil, nil
		}
	}
	return nil, errors.New("the marked offsets were not committed within 5 s")
}

func reached(wanted map[string]map[int32]int64, found *sarama.OffsetFetchResponse) bool {
	for topic, offsets := range wanted {
		for partition, offset := range offsets {
			block := found.GetBlock(topic, partition)
			if block == nil || block.Offset < offset {
				return false
			}
		}
	}
	return true
}

func (d *driver) committed(c *command) (fields, error) {
	admin, err := d.administrator()
	if err != nil {
		return nil, err
	}
	found, err := admin.ListConsumerGroupOffsets(c.Group, map[string][]int32{c.Topic: c.partitionList()})
	if err != nil {
		return nil, err
	}
	offsets := []int64{}
	for _, partition := range c.partitionList() {
		offsets = append(offsets, found.GetBlock(c.Topic, partition).Offset)
	}
	return fields{"offsets": offsets}, nil
}

func (g *groupConsumer) close() error {
	g.cancel()
	<-g.done
	return g.group.Close()
}
