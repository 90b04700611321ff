using Confluent.Kafka.Admin;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Preflight;
using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Preflight.Tests.Support;
using KafkaRestore.Records;
using static KafkaRestore.Preflight.Tests.Support.Expected;

namespace KafkaRestore.Preflight.Tests.Situations;

/// <summary>What the principal alice may do.</summary>
internal static class RightsSituations
{
    private static readonly AclOperation[] Enough = [AclOperation.Describe, AclOperation.DescribeConfigs, AclOperation.Write, AclOperation.Read];

    public static IEnumerable<Situation> All =>
    [
        new("every right that a restore needs", stage => With(stage, true, Enough)),
        new("no right to see the topic", stage => With(stage, true), Error(FindingKinds.RightToDescribe)),
        new("the right to see the topic and no other", stage => With(stage, true, AclOperation.Describe),
            Error(FindingKinds.RightToWrite), Error(FindingKinds.RightToRead), Warning(FindingKinds.RightToDescribe)),
        new("no right to write", stage => With(stage, true, AclOperation.Describe, AclOperation.DescribeConfigs, AclOperation.Read), Error(FindingKinds.RightToWrite)),
        new("no right to read", stage => With(stage, true, AclOperation.Describe, AclOperation.DescribeConfigs, AclOperation.Write), Error(FindingKinds.RightToRead, "restore.delivery: idempotent")),
        new("no right to read, and none needed",
            async stage =>
            {
                await With(stage, true, AclOperation.Describe, AclOperation.DescribeConfigs, AclOperation.Write);
                stage.Options = options => options with { Delivery = new DeliveryOptions { Guarantee = DeliveryGuarantee.Idempotent } };
            },
            Warning(FindingKinds.RightToRead)),
        new("no right to read the settings", stage => With(stage, true, AclOperation.Write, AclOperation.Read), Warning(FindingKinds.RightToDescribe, "were not checked")),
        new("no right to transactional ids", stage => With(stage, false, Enough), Error(FindingKinds.RightToFence, "krc.")),
        new("no right to transactional ids, and none needed",
            async stage =>
            {
                await With(stage, false, Enough);
                stage.Options = options => options with { Delivery = new DeliveryOptions { Guarantee = DeliveryGuarantee.Idempotent } };
            }),
        new("no right to transactional ids for the client's sink",
            async stage =>
            {
                await With(stage, false, Enough);
                stage.Options = options => options with { Delivery = new DeliveryOptions { Sink = SinkKind.Client } };
            }),
        new("no right to ask for disks", stage => With(stage, true, Enough), Info(FindingKinds.NotChecked, "the disks of the brokers")),
        new("no right to create a topic",
            async stage =>
            {
                await stage.AsAliceAsync();
                stage.Options = Creating;
            },
            Error(FindingKinds.RightToCreate)),
        new("the right to create a topic and to write to it",
            async stage =>
            {
                await stage.AsAliceAsync([AclOperation.Create, .. Enough]);
                stage.Options = Creating;
            }),
        new("the right to create a topic and none to write to it",
            async stage =>
            {
                await stage.AsAliceAsync(AclOperation.Create, AclOperation.Describe, AclOperation.DescribeConfigs);
                stage.Options = Creating;
            },
            Error(FindingKinds.RightToWrite),
            Error(FindingKinds.RightToRead)),
        new("a password that is wrong",
            async stage =>
            {
                await With(stage, true, Enough);
                stage.Target = stage.Target with { Security = stage.Target.Security with { Password = new Secret("not-this-one") } };
            },
            Error(FindingKinds.TargetDenied)),
    ];

    private static RestoreOptions Creating(RestoreOptions options) => options with { Preparation = new PreparationOptions { CreateTopics = true } };

    private static async Task With(Stage stage, bool fences, params AclOperation[] operations)
    {
        if (!fences)
        {
            stage.UseUnfenced();
        }

        await stage.CreateTopicAsync();
        await stage.AsAliceAsync(operations);
    }
}
