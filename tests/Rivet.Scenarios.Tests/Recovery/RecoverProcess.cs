using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Rivet.Testing;

namespace Rivet.Scenarios.Tests.Recovery;

/// <summary><c>recover …</c> as a process of its own over a server's folders.</summary>
internal static class RecoverProcess
{
    public static Task<ProgramEnd> RunAsync(ServerProcess server, params string[] arguments) => RunAsync(server, null, arguments);

    /// <summary>Runs it with an input that ends.</summary>
    public static Task<ProgramEnd> RunAsync(ServerProcess server, string? input, string[] arguments, string language = "C.UTF-8")
        => RunAnywhereAsync(input, ["recover", .. arguments, "--data", server.DataFolder, "--keys", server.KeysFolder], language);

    public static async Task<ProgramEnd> RunAnywhereAsync(string? input, string[] arguments, string language = "C.UTF-8")
    {
        var start = new ProcessStartInfo(Built.Program("Rivet.Server", "Rivet.Server"), arguments)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment["LC_ALL"] = language;
        using var process = Process.Start(start)!;
        await using var killed = Company.Ct.Register(() => process.Kill(entireProcessTree: true));
        var (output, error) = (process.StandardOutput.ReadToEndAsync(Company.Ct), process.StandardError.ReadToEndAsync(Company.Ct));
        try
        {
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading; its exit code says why.
        }

        await process.WaitForExitAsync(Company.Ct);
        return new ProgramEnd(process.ExitCode, await output, await error);
    }

    /// <summary>The shares that <c>split</c> printed.</summary>
    public static List<string> Shares(ProgramEnd end, int words = 33)
    {
        Assert.True(end.ExitCode == 0, end.Error);
        return [.. end.Output.Split('\n').Where(line => line.Split(' ').Length == words)];
    }

    public static async Task<List<string>> SplitAsync(ServerProcess server, int shares, int threshold)
        => Shares(await RunAsync(server, "split", "--shares", $"{shares}", "--threshold", $"{threshold}"));

    /// <summary>Rows as text, read beside the server.</summary>
    public static List<string> Rows(string dataFolder, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(dataFolder, "rivet.db")};Pooling=False;Mode=ReadOnly");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read())
        {
            rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(column => reader.GetValue(column) is byte[] bytes ? Convert.ToHexString(bytes) : $"{reader.GetValue(column)}")));
        }

        return rows;
    }

    /// <summary>Waits for an event of this kind in the security logs; gives its line.</summary>
    public static async Task<string> EventAsync(ServerProcess server, string kind)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Company.Ct);
        deadline.CancelAfter(TimeSpan.FromSeconds(30));
        while (true)
        {
            var events = await RunAnywhereAsync(null, ["events", "--data", server.DataFolder, "--keys", server.KeysFolder]);
            Assert.True(events.ExitCode == 0, events.Error);
            if (events.Output.Split('\n').Where(line => line.Contains($"\"{kind}\"", StringComparison.Ordinal)).ToList() is [.., var last])
            {
                return last;
            }

            await Task.Delay(50, deadline.Token);
        }
    }
}
