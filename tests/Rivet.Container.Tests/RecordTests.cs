using System.Text;
using Microsoft.Data.Sqlite;
using Rivet.Testing;

namespace Rivet.Container.Tests;

public sealed class RecordTests : IDisposable
{
    private readonly TempFolder folder = new();
    private readonly ContainerPlace place;
    private readonly DeviceContainer container;

    public RecordTests()
    {
        place = Homes.Place(folder);
        container = Homes.Create(place);
    }

    public void Dispose()
    {
        container.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void File_AfterWrites_HoldsNothingReadable()
    {
        const string secret = "the quick brown 狐狸 jumps";
        Homes.Put(container, Kinds.Entry, Homes.Key(1, 1), Encoding.UTF8.GetBytes(secret));
        Homes.Put(container, Kinds.Person, new byte[16], "Ana Sommer"u8);
        container.Dispose();
        foreach (var path in Directory.GetFiles(place.Home))
        {
            var bytes = File.ReadAllBytes(path);
            Assert.True(bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(secret)) < 0, path);
            Assert.True(bytes.AsSpan().IndexOf("Sommer"u8) < 0, path);
        }
    }

    [Fact]
    public void Find_RecordMovedChangedOrOfAnotherKind_IsDamaged()
    {
        Homes.Put(container, Kinds.Entry, Homes.Key(1, 1), "one"u8);
        Homes.Put(container, Kinds.Entry, Homes.Key(1, 2), "two"u8);

        Execute("UPDATE record SET sealed = (SELECT sealed FROM record WHERE kind = 6 ORDER BY key LIMIT 1) WHERE kind = 6");
        Assert.Equal("one"u8.ToArray(), container.Find(Kinds.Entry, Homes.Key(1, 1)).Value);
        Assert.Equal(ContainerRefusal.Damaged, container.Find(Kinds.Entry, Homes.Key(1, 2)).Refusal);
        Assert.Equal(ContainerRefusal.Damaged, container.Arrived(Kinds.Entry, 0, 10).Refusal);
        Assert.Equal(ContainerRefusal.Damaged, container.Write(write => write.Find(Kinds.Entry, Homes.Key(1, 2))).Refusal);

        Execute("UPDATE record SET kind = 9");
        Assert.Equal(ContainerRefusal.Damaged, container.Find(Kinds.Person, Homes.Key(1, 1)).Refusal);
    }

    [Fact]
    public void Find_RecordOfAnotherContainer_IsDamaged()
    {
        var other = Homes.Place(folder, "other");
        using (var second = Homes.Create(other))
        {
            Homes.Put(second, Kinds.Profile, [], "Mallory"u8);
        }

        Homes.Put(container, Kinds.Profile, [], "Ana"u8);
        Execute($"ATTACH '{other.File}' AS o; UPDATE record SET sealed = (SELECT sealed FROM o.record WHERE kind = 3) WHERE kind = 3");
        Assert.Equal(ContainerRefusal.Damaged, container.Find(Kinds.Profile, []).Refusal);
    }

    [Fact]
    public void Write_WorkThrows_NothingHappened()
    {
        Assert.Throws<InvalidOperationException>(() => container.Write<int>(write =>
        {
            write.Put(Kinds.Profile, [], "x"u8);
            throw new InvalidOperationException();
        }));
        Assert.Null(container.Find(Kinds.Profile, []).Value);
        Homes.Put(container, Kinds.Profile, [], "y"u8);
    }

    [Fact]
    public void Insert_Again_KeepsTheFirstAndItsArrival()
    {
        var inserted = container.Write(write => (write.Insert(Kinds.Entry, Homes.Key(1, 1), "one"u8), write.Insert(Kinds.Entry, Homes.Key(1, 1), "two"u8))).Value;
        Assert.Equal((true, false), inserted);
        Assert.Equal("one"u8.ToArray(), container.Find(Kinds.Entry, Homes.Key(1, 1)).Value);
        var before = Assert.Single(container.Arrived(Kinds.Entry, 0, 10).Value);
        Homes.Put(container, Kinds.Entry, Homes.Key(1, 1), "three"u8);
        Assert.Equal(before.Arrival, Assert.Single(container.Arrived(Kinds.Entry, 0, 10).Value).Arrival);
        Assert.Empty(container.Arrived(Kinds.Entry, before.Arrival, 10).Value);
    }

    [Fact]
    public void Range_ByPrefix_GivesThatConversationInOrder()
    {
        foreach (var (id, sequence) in new (byte, ulong)[] { (1, 2), (2, 1), (1, 1), (1, 300), (255, 7) })
        {
            Homes.Put(container, Kinds.Entry, Homes.Key(id, sequence), [(byte)sequence]);
        }

        byte[] Last(byte id, bool newestFirst, int limit)
            => [.. container.Range(Kinds.Entry, Homes.Key(id, 0)[..16], newestFirst, limit).Value.Select(record => record.Value[0])];
        Assert.Equal([1, 2, 44], Last(1, newestFirst: false, 10));
        Assert.Equal([44, 2], Last(1, newestFirst: true, 2));
        Assert.Equal([7], Last(255, newestFirst: false, 10));
        Assert.Equal(2, Assert.Single(container.Range(Kinds.Entry, Homes.Key(1, 2), Homes.Key(1, 300), 10).Value).Value[0]);
    }

    [Fact]
    public void ForeignVersion_AnotherOpeningWrites_Changes()
    {
        using var other = DeviceContainer.Open(place, null).Value;
        var before = container.ForeignVersion().Value;
        Homes.Put(container, Kinds.Profile, [], "mine"u8);
        Assert.Equal(before, container.ForeignVersion().Value);
        Homes.Put(other, Kinds.Profile, [], "theirs"u8);
        Assert.NotEqual(before, container.ForeignVersion().Value);
        Assert.Equal("theirs"u8.ToArray(), container.Find(Kinds.Profile, []).Value);
    }

    [Fact]
    public async Task Write_FromTwoOpeningsAtOnce_LosesNothing()
    {
        using var other = DeviceContainer.Open(place, null).Value;
        await Task.WhenAll(new[] { (container, (byte)1), (other, (byte)2) }.Select(pair => Task.Run(() =>
        {
            for (ulong at = 1; at <= 100; at++)
            {
                Homes.Put(pair.Item1, Kinds.Entry, Homes.Key(pair.Item2, at), [1]);
            }
        })));
        Assert.Equal(200, container.Arrived(Kinds.Entry, 0, 1000).Value.Length);
    }

    [Fact]
    public void LinkLock_Held_OthersGetNothingUntilItIsReleased()
    {
        using (var held = LinkLock.TryTake(place))
        {
            Assert.NotNull(held);
            Assert.Null(LinkLock.TryTake(place));
        }

        using var next = LinkLock.TryTake(place);
        Assert.NotNull(next);
    }

    [Fact]
    public void Passphrase_Printed_IsRedacted()
    {
        Assert.Equal("[redacted]", Homes.Phrase("hunter2").ToString());
        Assert.False(Passphrase.TryCreate("", out _));
        Assert.False(Passphrase.TryCreate(new string('x', Passphrase.MaxLength + 1), out _));
    }

    private void Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={place.File};Pooling=false");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
