using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Bench.Audit;

/// <summary>A log's mirror as <c>rivet verify fetch</c> lays it down, straight out of the store: so that verifying is measured, and not a network.</summary>
internal static class MirrorFolder
{
    public static async Task WriteAsync(IStore store, CompanyId company, string key, string folder)
    {
        var (checkpoint, size) = await store.ReadAsync(
            session => session.QueryFirst("SELECT checkpoint, size FROM audit_log WHERE company = $1", row => (row.GetString(0), row.GetInt64(1)), company.ToBytes()), CancellationToken.None);
        for (var number = 0L; number * 256 < size; number++)
        {
            var entries = await store.ReadAsync(
                session => session.QueryFirst("SELECT entries FROM audit_bundle WHERE company = $1 AND number = $2", row => (byte[])row.GetValue(0), company.ToBytes(), number), CancellationToken.None);
            Put($"tile/entries/{Path(number, size - (number * 256))}", entries!);
        }

        for (var (level, nodes) = (0, size); nodes > 0; level++, nodes /= 256)
        {
            for (var number = 0L; number * 256 < nodes; number++)
            {
                var hashes = await store.ReadAsync(
                    session => session.QueryFirst(
                        "SELECT hashes FROM audit_tile WHERE company = $1 AND level = $2 AND number = $3", row => (byte[])row.GetValue(0), company.ToBytes(), (long)level, number),
                    CancellationToken.None);
                Put($"tile/{level}/{Path(number, nodes - (number * 256))}", hashes!);
            }
        }

        Put("key", System.Text.Encoding.UTF8.GetBytes(key + "\n"));
        Put("checkpoint", System.Text.Encoding.UTF8.GetBytes(checkpoint));

        void Put(string name, byte[] bytes)
        {
            var file = System.IO.Path.Combine(folder, name);
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file)!);
            File.WriteAllBytes(file, bytes);
        }
    }

    /// <summary>The path of a tile with so many hashes left from its first on (C2SP tlog-tiles).</summary>
    private static string Path(long number, long left)
    {
        var path = $"{number % 1000:000}";
        for (number /= 1000; number > 0; number /= 1000)
        {
            path = $"x{number % 1000:000}/{path}";
        }

        return left >= 256 ? path : $"{path}.p/{left}";
    }
}
