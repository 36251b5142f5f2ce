using System.Buffers;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Rivet.Cryptography;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Testing;
using Rivet.Transparency;
using Rivet.Vault;

namespace Rivet.Scenarios.Tests;

/// <summary>
/// Whoever owns the server's folders, its keys with them, and the skill to leave no contradiction: entries are written anew, and every hash, the edge
/// and the checkpoint with them, signed by the log's own key. For a log of one bundle, while the server stands still.
/// </summary>
internal sealed class LogOwner(ServerProcess server, string logKey)
{
    private readonly NoteKey key = NoteKey.TryParse(logKey, out var parsed) ? parsed : throw new ArgumentException("Not a log's key.", nameof(logKey));

    private string Log => key.Name.Split('/')[^1];

    /// <summary>Edits the entries, and makes everything that depends on them agree.</summary>
    public async Task RewriteAsync(Action<List<LogEntry>> edit)
    {
        var entries = Read();
        edit(entries);
        var (tree, bundle, tile) = (new CompactTree(), new ArrayBufferWriter<byte>(), new List<byte>());
        foreach (var bytes in entries.Select(entry => entry.ToBytes()))
        {
            EntryBundle.Write(bundle, bytes);
            var leaf = new byte[TreeHash.Size];
            TreeHash.Leaf(bytes, leaf);
            tile.AddRange(leaf);
            tree.Append(leaf);
        }

        var checkpoint = await SignAsync(tree);
        Execute($"UPDATE audit_bundle SET entries = $1 WHERE company = x'{Log}' AND number = 0", bundle.WrittenSpan.ToArray());
        Execute($"UPDATE audit_tile SET hashes = $1 WHERE company = x'{Log}' AND level = 0 AND number = 0", tile.ToArray());
        Execute($"UPDATE audit_log SET edge = $1, checkpoint = $2, size = $3 WHERE company = x'{Log}'", tree.Save(), checkpoint, tree.Count);
    }

    /// <summary>Removes every checkpoint that was kept, cosigned ones with them.</summary>
    public void ForgetHistory() => Execute($"DELETE FROM audit_checkpoint WHERE company = x'{Log}'");

    private List<LogEntry> Read()
    {
        using var connection = Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT entries FROM audit_bundle WHERE company = x'{Log}' AND number = 0";
        return [.. EntryBundle.Read((byte[])command.ExecuteScalar()!)!.Select(bytes => LogEntry.TryRead(bytes, out var entry) ? entry : throw new InvalidDataException("Not an entry."))];
    }

    private async Task<string> SignAsync(CompactTree tree)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(TimeProvider.System);
        services.AddOptions<StorageOptions>().Configure(storage => storage.Folder = server.DataFolder);
        services.AddMigrations("storage", typeof(StorageModule).Assembly);
        services.AddSingleton<IStore>(provider => StoreBeside.Open(server.DataFolder, provider.GetServices<MigrationSource>()));
        services.AddVault(vault => vault.RootKeyFile = Path.Combine(server.KeysFolder, "root.key"));
        await using var provider = services.BuildServiceProvider();
        foreach (var hosted in provider.GetServices<IHostedService>())
        {
            await hosted.StartAsync(Company.Ct);
        }

        var signer = new Signer(provider.GetRequiredService<IVault>(), new SigningKey(new CompanyId(Guid.ParseExact(Log, "N")), "audit-log"), key.PublicKey);
        return (await new Checkpoint { Origin = key.Name, Size = tree.Count, Root = tree.Root() }.SignAsync(signer, Company.Ct))!.ToString();
    }

    private void Execute(string sql, params ReadOnlySpan<object> values)
    {
        using var connection = Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        for (var at = 0; at < values.Length; at++)
        {
            command.Parameters.AddWithValue($"${at + 1}", values[at]);
        }

        Assert.True(command.ExecuteNonQuery() > 0, sql);
    }

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection($"Data Source={Path.Combine(server.DataFolder, "rivet.db")};Pooling=False");
        connection.Open();
        return connection;
    }

    private sealed class Signer(IVault vault, SigningKey key, ReadOnlyMemory<byte> publicKey) : ISigner
    {
        public ReadOnlyMemory<byte> PublicKey => publicKey;

        public async ValueTask<byte[]?> SignAsync(ReadOnlyMemory<byte> message, CancellationToken ct)
            => (await vault.SignAsync(key, new[] { message }, ct)).Value[0];
    }
}
