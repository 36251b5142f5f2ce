using System.Text.Json;
using Google.Protobuf;
using Rivet.Scenarios.Tests.Recovery;
using Rivet.Testing;

namespace Rivet.Scenarios.Tests.Roots;

/// <summary>A real server with two people and what they wrote, whose root is kept in one way and another.</summary>
internal sealed class RootedServer : IAsyncDisposable
{
    private readonly Company company;
    private readonly Device bo;
    private readonly ByteString conversation;
    private readonly List<string> written = [];
    private bool isStopped;

    private RootedServer(ServerProcess process, Company company, Device bo, ByteString conversation)
        => (Process, this.company, this.bo, this.conversation) = (process, company, bo, conversation);

    public ServerProcess Process { get; }

    public Company Company => company;

    /// <summary>The root key's file, or where it would be.</summary>
    public string RootFile => Path.Combine(Process.KeysFolder, "root.key");

    /// <summary>Founds a company on a new server, started with these options, and writes the first message.</summary>
    public static async Task<RootedServer> FoundAsync(TempFolder folder, params string[] options)
    {
        var process = ServerProcess.Start(folder, options);
        try
        {
            var company = await Company.FoundAsync(process);
            var bo = await company.AddAsync("Bo");
            var made = new RootedServer(process, company, bo, await company.Founder.OpenDirectAsync(bo));
            await made.WriteAsync("the first words");
            return made;
        }
        catch
        {
            process.Dispose();
            throw;
        }
    }

    public async Task WriteAsync(string text)
    {
        await company.Founder.SendAsync(conversation, text);
        written.Add(text);
    }

    /// <summary>Bo reads everything that was written, over the link that is there.</summary>
    public async Task ReadAsync()
        => Assert.Equal(written, (await bo.ReadAsync(conversation)).Select(Device.Text).Where(text => text is not null));

    /// <summary>Both sign in anew and find all that was written, and go on.</summary>
    public async Task SignInAsync()
    {
        await company.Founder.ReconnectAsync();
        await bo.ReconnectAsync();
        await ReadAsync();
        await WriteAsync($"words after {written.Count}");
        await ReadAsync();
    }

    /// <summary>Starts again with these options; people sign in and read.</summary>
    public async Task StartAgainAsync(params string[] options)
    {
        Process.StartAgain(options);
        isStopped = false;
        await SignInAsync();
    }

    public void Stop()
    {
        Assert.Equal(0, Process.Stop());
        isStopped = true;
    }

    /// <summary>A start that must end in one line, which says this, with everything in both folders as it was.</summary>
    public void RefuseStart(string said, params string[] options)
    {
        var before = Lying();
        var (code, error) = ServerProcess.RunToRefusal(["--data", Process.DataFolder, "--keys", Process.KeysFolder, "--port", "0", .. options]);
        Assert.Equal(1, code);
        Assert.Contains(said, error, StringComparison.Ordinal);
        Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(before, Lying());
    }

    /// <summary>A command of the folders' owner that must be refused, with everything in the folders of a server that stands still as it was.</summary>
    public async Task RefuseAsync(string said, params string[] command)
    {
        var before = isStopped ? Lying() : null;
        var end = await RunAsync(command);
        Assert.Equal(1, end.ExitCode);
        Assert.Contains(said, end.Error, StringComparison.Ordinal);
        Assert.Single(end.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(before, isStopped ? Lying() : null);
    }

    /// <summary>A command of the folders' owner that must succeed; gives what it printed.</summary>
    public async Task<string> OwnerAsync(params string[] command)
    {
        var end = await RunAsync(command);
        Assert.True(end.ExitCode == 0, end.Error);
        return end.Output;
    }

    /// <summary>The kinds of the platform's log about the root, once there are as many of this kind; read beside the running server.</summary>
    public async Task<List<string>> LogUntilAsync(string kind, int count, params string[] options)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Company.Ct);
        deadline.CancelAfter(TimeSpan.FromSeconds(30));
        while (true)
        {
            var lines = (await OwnerAsync(["events", "--log", "platform", .. options])).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            var kinds = lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("metadata").GetProperty("event_code").GetString()!)
                .Where(one => one.StartsWith("vault.root.", StringComparison.Ordinal)).ToList();
            if (kinds.Count(one => one == kind) >= count)
            {
                return kinds;
            }

            await Task.Delay(100, deadline.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await company.DisposeAsync();
        Process.Dispose();
    }

    private Task<ProgramEnd> RunAsync(string[] command)
        => RecoverProcess.RunAnywhereAsync(null, [.. command, "--data", Process.DataFolder, "--keys", Process.KeysFolder]);

    private string Lying() => SampleStore.Hash(Process.DataFolder) + '\n' + SampleStore.Hash(Process.KeysFolder);
}
