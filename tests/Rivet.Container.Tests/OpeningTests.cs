using Microsoft.Data.Sqlite;
using Rivet.Cryptography.Sodium;
using Rivet.Testing;

namespace Rivet.Container.Tests;

public sealed class OpeningTests : IDisposable
{
    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Open_NothingThere_Refuses()
        => Assert.Equal(ContainerRefusal.NotThere, DeviceContainer.Open(Homes.Place(folder), null).Refusal);

    [Theory]
    [InlineData(null)]
    [InlineData("correct horse 电池")]
    public void Open_SameKey_GivesWhatWasWritten(string? passphrase)
    {
        var place = Homes.Place(folder);
        using (var container = Homes.Create(place, passphrase))
        {
            Homes.Put(container, Kinds.Profile, [], "Ana"u8);
        }

        using var phrase = passphrase is null ? null : Homes.Phrase(passphrase);
        using var again = DeviceContainer.Open(place, phrase).Value;
        Assert.Equal("Ana"u8.ToArray(), again.Find(Kinds.Profile, []).Value);
        Assert.Equal(passphrase is null ? Protection.KeyFile : Protection.Passphrase, DeviceContainer.Look(place).Value);
    }

    [Fact]
    public void Open_PassphraseDecomposed_IsTheSamePassphrase()
    {
        var place = Homes.Place(folder);
        Homes.Create(place, "caf\u00e9").Dispose();
        using var again = DeviceContainer.Open(place, Homes.Phrase("cafe\u0301")).Value;
    }

    [Fact]
    public void Open_WrongPassphrase_Refuses()
    {
        var place = Homes.Place(folder);
        Homes.Create(place, "one").Dispose();
        Assert.Equal(ContainerRefusal.WrongKey, DeviceContainer.Open(place, Homes.Phrase("two")).Refusal);
        Assert.Equal(ContainerRefusal.PassphraseNeeded, DeviceContainer.Open(place, null).Refusal);
    }

    [Fact]
    public void Open_KeyFileGoneOrOther_Refuses()
    {
        var place = Homes.Place(folder);
        Homes.Create(place).Dispose();
        var keyFile = Assert.Single(Directory.GetFiles(place.KeyFolder));
        File.WriteAllBytes(keyFile, new byte[32]);
        Assert.Equal(ContainerRefusal.WrongKey, DeviceContainer.Open(place, null).Refusal);
        File.WriteAllBytes(keyFile, new byte[31]);
        Assert.Equal(ContainerRefusal.WrongKey, DeviceContainer.Open(place, null).Refusal);
        File.Delete(keyFile);
        Assert.Equal(ContainerRefusal.KeyFileMissing, DeviceContainer.Open(place, null).Refusal);
    }

    [Fact]
    public void Create_KeyFolderInsideHome_Refuses()
    {
        var place = new ContainerPlace { Home = folder["home"], KeyFolder = Path.Combine(folder["home"], "keys") };
        Assert.Equal(ContainerRefusal.KeyFileBesideContainer, DeviceContainer.Create(place, null, Homes.Cheap).Refusal);
        using var withPassphrase = DeviceContainer.Create(place, Homes.Phrase("p"), Homes.Cheap).Value;
    }

    [Fact]
    public void Create_Twice_RefusesAndKeepsTheFirst()
    {
        var place = Homes.Place(folder);
        using var first = Homes.Create(place);
        Assert.Equal(ContainerRefusal.Exists, DeviceContainer.Create(place, null, Homes.Cheap).Refusal);
        using var again = DeviceContainer.Open(place, null).Value;
        Assert.Equal(first.Id, again.Id);
    }

    [Fact]
    public void Create_OnUnix_OnlyTheOwnerMayRead()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "file modes are a Unix matter");
        var place = Homes.Place(folder);
        Directory.CreateDirectory(place.Home);
        using var container = Homes.Create(place);
        const UnixFileMode file = UnixFileMode.UserRead | UnixFileMode.UserWrite;
#pragma warning disable CA1416 // skipped above
        Assert.Equal(file | UnixFileMode.UserExecute, File.GetUnixFileMode(place.Home));
        Assert.Equal(file | UnixFileMode.UserExecute, File.GetUnixFileMode(place.KeyFolder));
        Assert.All(Directory.GetFiles(place.Home), path => Assert.Equal(file, File.GetUnixFileMode(path)));
        Assert.All(Directory.GetFiles(place.KeyFolder), path => Assert.Equal(file, File.GetUnixFileMode(path)));
#pragma warning restore CA1416
    }

    [Fact]
    public void Open_AnyByteOfTheHeadChanged_Refuses()
    {
        var place = Homes.Place(folder);
        Homes.Create(place, "p").Dispose();
        var head = ReadHead(place);
        for (var at = 0; at < head.Length; at++)
        {
            // The high bits of the cost would make a slow but honest derivation; the bound on them has its own test.
            var changed = (byte[])head.Clone();
            changed[at] ^= at is >= 18 and < 26 ? (byte)0x80 : (byte)0x01;
            WriteHead(place, changed);
            var refusal = DeviceContainer.Open(place, Homes.Phrase("p")).Refusal;
            Assert.True(refusal is ContainerRefusal.WrongKey or ContainerRefusal.Damaged or ContainerRefusal.NewerFormat or ContainerRefusal.KeyFileMissing, $"{at}: {refusal}");
        }
    }

    [Theory]
    [InlineData(18, 0x7F)]
    [InlineData(22, 0x7F)]
    [InlineData(17, 9)]
    public void Open_CostOrProtectionOutOfBounds_RefusesBeforeDeriving(int at, byte value)
    {
        var place = Homes.Place(folder);
        Homes.Create(place, "p").Dispose();
        var head = ReadHead(place);
        head[at] = value;
        WriteHead(place, head);
        Assert.Equal(ContainerRefusal.Damaged, DeviceContainer.Open(place, Homes.Phrase("p")).Refusal);
    }

    [Fact]
    public void Open_FileCutAnywhere_RefusesOrReportsTheDamagedRecord()
    {
        var place = Homes.Place(folder);
        using (var container = Homes.Create(place))
        {
            for (ulong at = 1; at <= 40; at++)
            {
                Homes.Put(container, Kinds.Entry, Homes.Key(1, at), new byte[500]);
            }
        }

        var whole = File.ReadAllBytes(place.File);
        for (var length = 1; length < whole.Length; length += 997)
        {
            File.WriteAllBytes(place.File, whole[..length]);
            File.Delete(place.File + "-wal");
            File.Delete(place.File + "-shm");
            var opened = DeviceContainer.Open(place, null);
            if (opened.IsOk)
            {
                using var container = opened.Value;
                Assert.Equal(ContainerRefusal.Damaged, container.Range(Kinds.Entry, Homes.Key(1, 0)[..16], newestFirst: false, 100).Refusal);
            }
            else
            {
                Assert.True(opened.Refusal is ContainerRefusal.Damaged, $"{length}: {opened.Refusal}");
            }
        }
    }

    [Fact]
    public void Open_NotADatabase_Refuses()
    {
        var place = Homes.Place(folder);
        Directory.CreateDirectory(place.Home);
        File.WriteAllText(place.File, new string('x', 5000));
        Assert.Equal(ContainerRefusal.Damaged, DeviceContainer.Open(place, null).Refusal);
        Assert.Equal(ContainerRefusal.Damaged, DeviceContainer.Look(place).Refusal);
    }

    [Fact]
    public void Cost_OutsideItsBounds_IsNeverDerived()
        => Assert.Throws<ArgumentOutOfRangeException>(() => PassphraseKey.Derive("p"u8, new byte[16], new PassphraseCost(1024, 1), new byte[32]));

    private static byte[] ReadHead(ContainerPlace place)
    {
        using var connection = new SqliteConnection($"Data Source={place.File};Pooling=false");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT value FROM head";
        return (byte[])command.ExecuteScalar()!;
    }

    private static void WriteHead(ContainerPlace place, byte[] head)
    {
        using var connection = new SqliteConnection($"Data Source={place.File};Pooling=false");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "UPDATE head SET value = $value";
        command.Parameters.AddWithValue("$value", head);
        command.ExecuteNonQuery();
    }
}
