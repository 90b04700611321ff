// Programs, brokers and kills at once would only measure the machine: one test after the other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
