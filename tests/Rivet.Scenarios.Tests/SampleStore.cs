using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Rivet.Client.Native.Tls;
using Rivet.Cryptography.Sodium;
using Rivet.Link;
using Rivet.Testing;
using Rivet.Wire;

namespace Rivet.Scenarios.Tests;

/// <summary>A copy of the store that version 0.1 left in <c>samples/store-0.1</c>, with its one device.</summary>
internal sealed class SampleStore
{
    private SampleStore(string data, string keys) => (Data, Keys) = (data, keys);

    public static string Source => Path.Combine(Fixtures.RepositoryRoot(), "samples", "store-0.1");

    public string Data { get; }

    public string Keys { get; }

    public string Database => Path.Combine(Data, "rivet.db");

    /// <summary>The copies from before an upgrade.</summary>
    public string[] Kept => [.. Directory.GetFiles(Data, "rivet.before-*")];

    public static SampleStore CopyTo(string data, string keys)
    {
        Copy(Path.Combine(Source, "data"), data);
        Copy(Path.Combine(Source, "keys"), keys);
        return new(data, keys);
    }

    /// <summary>Signs in as the sample's device and reads its one conversation.</summary>
    public static async Task<(string Company, Conversation Group, IReadOnlyList<Entry> Log)> ReadAsync(ServerProcess server)
    {
        using var keys = await DeviceAsync();
        await using var link = (await TlsLink.ConnectAsync(await TargetAsync(server.Port), keys, null, null, TimeProvider.System, Company.Ct)).Value;
        var list = (await link.AskAsync(Method.ListConversations, new ListConversationsRequest { Limit = 10 }, ListConversationsResponse.Parser, Company.Ct)).Value;
        var group = Assert.Single(list.Conversations);
        var fetch = new FetchRequest { ConversationId = group.ConversationId, Limit = 100 };
        var log = (await link.AskAsync(Method.Fetch, fetch, FetchResponse.Parser, Company.Ct)).Value.Entries;
        return (link.Welcome.CompanyName, group, log);
    }

    /// <summary>Names and bytes of everything in the data folder but the lock, the index of the log and the public certificate, which every start makes anew.</summary>
    public static string Hash(string data) => string.Join('\n', Directory.EnumerateFiles(data, "*", SearchOption.AllDirectories)
        .Where(file => Path.GetFileName(file) is not ("rivet.lock" or "rivet.db-shm" or "ca.pem")).Order(StringComparer.Ordinal)
        .Select(file => $"{file} {Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)))}"));

    /// <summary>Every value of the first column.</summary>
    public static List<string> Ask(string database, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={database};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var values = new List<string>();
        while (reader.Read())
        {
            values.Add(reader.GetValue(0).ToString()!);
        }

        return values;
    }

    /// <summary>Copies files, all or the named ones; git keeps no modes, so what is copied is its owner's alone.</summary>
    public static void Copy(string from, string to, params string[] names)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.GetFiles(from).Where(file => names is [] || names.Contains(Path.GetFileName(file))))
        {
            var copy = Path.Combine(to, Path.GetFileName(file));
            File.Copy(file, copy, overwrite: true);
            File.SetUnixFileMode(copy, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    private static async Task<DeviceKeys> DeviceAsync()
    {
        var device = await DescriptionAsync();
        return new(
            Ed25519Key.FromSeed(device.GetProperty("identity").GetBytesFromBase64()), X25519Key.FromPrivateKey(device.GetProperty("static").GetBytesFromBase64()));
    }

    private static async Task<LinkTarget> TargetAsync(int port)
        => new("localhost", port, (await DescriptionAsync()).GetProperty("serverKey").GetBytesFromBase64());

    private static async Task<JsonElement> DescriptionAsync()
        => JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(Source, "device.json"), Company.Ct)).RootElement;
}
