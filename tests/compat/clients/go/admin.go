package main

import (
	"fmt"
	"reflect"

	"github.com/Shopify/sarama"
)

func (d *driver) administrator() (sarama.ClusterAdmin, error) {
	if d.admin == nil {
		admin, err := sarama.NewClusterAdmin(d.bootstrap, baseConfig())
		if err != nil {
			return nil, err
		}
		d.admin = admin
	}
	return d.admin, nil
}

// What the library's admin interface offers, so that a test can tell that every method is called.
func adminMethods() fields {
	kind := reflect.TypeOf((*sarama.ClusterAdmin)(nil)).Elem()
	names := map[string]bool{}
	for i := 0; i < kind.NumMethod(); i++ {
		names[kind.Method(i).Name] = true
	}
	return fields{"names": sortedKeys(names)}
}

func (d *driver) callAdmin(c *command) (fields, error) {
	admin, err := d.administrator()
	if err != nil {
		return nil, err
	}
	switch c.Call {
	case "createTopics":
		return nil, admin.CreateTopic(c.Topic, &sarama.TopicDetail{NumPartitions: c.partitionCount(), ReplicationFactor: 1, ConfigEntries: pointers(c.Configs)}, false)
	case "deleteTopics":
		return nil, admin.DeleteTopic(c.Topic)
	case "createPartitions":
		return nil, admin.CreatePartitions(c.Topic, c.partitionCount(), nil, false)
	case "listTopics":
		found, err := admin.ListTopics()
		names := map[string]bool{}
		for name := range found {
			names[name] = true
		}
		return fields{"topics": sortedKeys(names)}, err
	case "describeTopic":
		found, err := admin.DescribeTopics([]string{c.Topic})
		if err != nil {
			return nil, err
		}
		return fields{"partitions": len(found[0].Partitions)}, nil
	case "describeCluster":
		brokers, controller, err := admin.DescribeCluster()
		return fields{"brokers": len(brokers), "controller": controller}, err
	case "describeConfigs":
		return describeConfigs(admin, c)
	case "alterConfigs":
		return nil, admin.AlterConfig(sarama.TopicResource, c.Topic, pointers(c.Configs), false)
	case "deleteRecords":
		return nil, admin.DeleteRecords(c.Topic, map[int32]int64{0: c.Before})
	case "close":
		d.admin = nil
		return nil, admin.Close()
	}
	return callGroupAdmin(admin, c)
}

func callGroupAdmin(admin sarama.ClusterAdmin, c *command) (fields, error) {
	switch c.Call {
	case "listGroups":
		found, err := admin.ListConsumerGroups()
		names := map[string]bool{}
		for name := range found {
			names[name] = true
		}
		return fields{"groups": sortedKeys(names)}, err
	case "describeGroup":
		found, err := admin.DescribeConsumerGroups([]string{c.Group})
		if err != nil {
			return nil, err
		}
		return fields{"state": found[0].State, "members": len(found[0].Members)}, nil
	case "groupOffsets":
		partitions := c.partitionList()
		found, err := admin.ListConsumerGroupOffsets(c.Group, map[string][]int32{c.Topic: partitions})
		if err != nil {
			return nil, err
		}
		offsets := [][3]interface{}{}
		for _, partition := range partitions {
			offsets = append(offsets, [3]interface{}{c.Topic, partition, found.GetBlock(c.Topic, partition).Offset})
		}
		return fields{"offsets": offsets}, nil
	case "createAcls":
		resource := sarama.Resource{ResourceType: sarama.AclResourceTopic, ResourceName: c.Topic, ResoucePatternType: sarama.AclPatternLiteral}
		return nil, admin.CreateACL(resource, sarama.Acl{Principal: "User:a", Host: "*", Operation: sarama.AclOperationRead, PermissionType: sarama.AclPermissionAllow})
	case "describeAcls":
		_, err := admin.ListAcls(aclFilter())
		return nil, err
	case "deleteAcls":
		_, err := admin.DeleteACL(aclFilter(), false)
		return nil, err
	}
	return nil, fmt.Errorf("unknown call %s", c.Call)
}

func aclFilter() sarama.AclFilter {
	return sarama.AclFilter{ResourceType: sarama.AclResourceTopic, ResourcePatternTypeFilter: sarama.AclPatternAny, Operation: sarama.AclOperationAny, PermissionType: sarama.AclPermissionAny}
}

func describeConfigs(admin sarama.ClusterAdmin, c *command) (fields, error) {
	entries, err := admin.DescribeConfig(sarama.ConfigResource{Type: sarama.TopicResource, Name: c.Topic})
	configs := map[string]string{}
	for _, entry := range entries {
		configs[entry.Name] = entry.Value
	}
	return fields{"configs": configs}, err
}

func pointers(configs map[string]string) map[string]*string {
	found := map[string]*string{}
	for name := range configs {
		value := configs[name]
		found[name] = &value
	}
	return found
}
