using System.Buffers.Binary;
using Microsoft.Data.Sqlite;
using Rivet.Testing;
using Rivet.Wire;

namespace Rivet.Scenarios.Tests;

/// <summary>
/// A company's auditor mirrors its security log and judges it, while the server's owner, who has all its files, edits the store: the whole way, by the
/// programs that people use.
/// </summary>
public sealed class SealedLogTests : IAsyncDisposable
{
    private readonly TempFolder folder = new();
    private readonly ServerProcess server;
    private Company? company;
    private string log = "";

    public SealedLogTests() => server = ServerProcess.Start(folder);

    public async ValueTask DisposeAsync()
    {
        await (company?.DisposeAsync() ?? ValueTask.CompletedTask);
        server.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task Mirror_UntouchedAcrossARestart_IsIntactAndGoesOn()
    {
        await FoundAsync();
        await RequireAsync("mirror", 0, "is intact");
        server.Stop();
        server.StartAgain();
        await HappenAsync();
        await RequireAsync("mirror", 0, "Agrees with its past");
    }

    [Theory]
    [InlineData("changed", "Changed")]
    [InlineData("removed", "Removed")]
    [InlineData("reordered", "Put in another order")]
    [InlineData("inserted", "Inserted")]
    public async Task Entries_EditedInTheStore_AreFoundAndNamed(string attack, string said)
    {
        await FoundAsync();
        server.Stop();
        EditBundle(entries =>
        {
            switch (attack)
            {
                case "changed":
                    entries[2][^1] ^= 1;
                    break;
                case "removed":
                    entries.RemoveAt(2);
                    break;
                case "reordered":
                    (entries[2], entries[3]) = (entries[3], entries[2]);
                    break;
                case "inserted":
                    entries.Insert(2, [.. entries[0]]);
                    break;
            }
        });
        server.StartAgain();
        await RequireAsync("mirror", 1, said);
    }

    [Fact]
    public async Task Past_PutBackAndGoneOnOtherwise_IsFoundByWhoeverRemembers()
    {
        await FoundAsync();
        server.Stop();
        Copy(server.DataFolder, folder["earlier"]);
        server.StartAgain();
        await HappenAsync();
        await RequireAsync("mirror", 0, "is intact");

        server.Stop();
        Copy(folder["earlier"], server.DataFolder);
        server.StartAgain();
        await RequireAsync("cut", 1, "");
        for (var times = 0; times < 6; times++)
        {
            await HappenAsync();
        }

        await RequireAsync("forked", 1, "");
    }

    [Fact]
    public async Task Files_WithoutTheCompanysToken_AreCheckpointsOnly()
    {
        await FoundAsync();
        using var stranger = new HttpClient(new HttpClientHandler { ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator });
        var address = $"https://127.0.0.1:{server.Port}/audit/";
        Assert.Equal(200, await StatusAsync(log + "/checkpoint", null));
        Assert.Equal(200, await StatusAsync("platform/checkpoint", null));
        Assert.Equal(401, await StatusAsync(log + "/tile/0/000.p/1", null));
        Assert.Equal(401, await StatusAsync(log + "/tile/entries/000.p/1", "rivet-log-AAAA"));
        var token = await File.ReadAllTextAsync(folder["token"], Company.Ct);
        Assert.Equal(200, await StatusAsync(log + "/tile/entries/000.p/1", token));
        Assert.Equal(401, await StatusAsync("platform/tile/entries/000.p/1", token));
        foreach (var nonsense in new[] { "/tile/0/00", "/tile/9/000", "/tile/0/x001/000", "/history/-1", "/history/99999", "" })
        {
            Assert.Equal(404, await StatusAsync(log + nonsense, token));
        }

        Assert.Equal(404, await StatusAsync("elsewhere/checkpoint", null));
        Assert.InRange(await StatusAsync(log + "/..%2f..%2fkeys", token), 400, 404);
        await company!.Founder.AskAsync(Method.RemoveLogReader, new RemoveLogReaderRequest { Name = "auditor" }, RemoveLogReaderResponse.Parser);
        Assert.Equal(401, await StatusAsync(log + "/tile/entries/000.p/1", token));

        async Task<int> StatusAsync(string path, string? bearer)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address + path);
            request.Headers.Authorization = bearer is null ? null : new("Bearer", bearer);
            using var response = await stranger.SendAsync(request, Company.Ct);
            return (int)response.StatusCode;
        }
    }

    private async Task FoundAsync()
    {
        company = await Company.FoundAsync(server);
        var founder = company.Founder;
        var added = await founder.AskAsync(Method.AddLogReader, new AddLogReaderRequest { Name = "auditor" }, AddLogReaderResponse.Parser);
        await File.WriteAllTextAsync(folder["token"], added.Token, Company.Ct);
        Assert.Equal(RefusalCode.Conflict, (await founder.RefusedAsync(Method.AddLogReader, new AddLogReaderRequest { Name = "auditor" }, AddLogReaderResponse.Parser)).Code);
        Assert.Equal("auditor", Assert.Single((await founder.AskAsync(Method.ListLogReaders, new ListLogReadersRequest(), ListLogReadersResponse.Parser)).Readers).Name);
        var head = await HeadAsync(6);
        await File.WriteAllTextAsync(folder["key"], head.Key, Company.Ct);
        log = head.Key.Split('+')[0].Split('/')[^1];
    }

    /// <summary>One more event, sealed.</summary>
    private async Task HappenAsync()
    {
        await company!.Founder.ReconnectAsync();
        var before = (await HeadAsync(0)).Size;
        await company.Founder.AskAsync(Method.CreateInvitation, new CreateInvitationRequest { Role = Role.Member, PersonName = "Bo" }, CreateInvitationResponse.Parser);
        await HeadAsync(before + 1);
    }

    private async Task<ReadLogHeadResponse> HeadAsync(ulong least)
    {
        while (true)
        {
            var head = await company!.Founder.AskAsync(Method.ReadLogHead, new ReadLogHeadRequest(), ReadLogHeadResponse.Parser);
            if (head.Size >= least)
            {
                return head;
            }

            await Task.Delay(20, Company.Ct);
        }
    }

    private async Task RequireAsync(string mirror, int code, string said)
    {
        await VerifyProcess.FetchAsync(server, log, folder["token"], folder[mirror]);
        var judged = await VerifyProcess.RunAsync("log", folder[mirror], "--key", folder["key"], "--remember", folder["seen.json"]);
        Assert.True(judged.ExitCode == code, judged.Output);
        Assert.Contains(said, judged.Output, StringComparison.OrdinalIgnoreCase);
    }

    private void EditBundle(Action<List<byte[]>> edit)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(server.DataFolder, "rivet.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT entries FROM audit_bundle WHERE company = x'{log}' AND number = 0";
        var bytes = (byte[])command.ExecuteScalar()!;
        var entries = new List<byte[]>();
        for (var at = 0; at < bytes.Length; at += 2 + entries[^1].Length)
        {
            entries.Add(bytes.AsSpan(at + 2, BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(at))).ToArray());
        }

        edit(entries);
        using var edited = new MemoryStream();
        foreach (var entry in entries)
        {
            edited.Write([(byte)(entry.Length >> 8), (byte)entry.Length]);
            edited.Write(entry);
        }

        command.CommandText = $"UPDATE audit_bundle SET entries = $1 WHERE company = x'{log}' AND number = 0";
        command.Parameters.AddWithValue("$1", edited.ToArray());
        Assert.Equal(1, command.ExecuteNonQuery());
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var name in (string[])["rivet.db", "rivet.db-wal", "rivet.db-shm"])
        {
            File.Delete(Path.Combine(to, name));
            if (File.Exists(Path.Combine(from, name)))
            {
                File.Copy(Path.Combine(from, name), Path.Combine(to, name));
            }
        }
    }
}
