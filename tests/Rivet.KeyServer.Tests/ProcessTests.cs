using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rivet.Testing;

namespace Rivet.KeyServer.Tests;

/// <summary>The program as a customer runs it, its keys in SoftHSM.</summary>
public sealed class ProcessTests : IAsyncLifetime
{
    private static readonly byte[] Bound = "project=nile,department=marketing"u8.ToArray();
    private readonly TempFolder temp = new();
    private readonly SoftToken token = new();
    private readonly KeyServerProcess server;

    public ProcessTests() => server = new KeyServerProcess(temp, token);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await server.InitAsync(Ct);
        await server.DoAsync(Ct, "key", "add", "k.1");
        await server.StartAsync(Ct);
    }

    public ValueTask DisposeAsync()
    {
        server.Dispose();
        temp.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Decrypt_WhatEncryptGave_GivesItBackAndNothingElseDoes()
    {
        using var caller = new Caller(server);
        var plaintext = RandomNumberGenerator.GetBytes(4300);
        var associated = RandomNumberGenerator.GetBytes(8192);
        var (status, made) = await caller.AskAsync("keys/k.1/encrypt", Caller.Encrypt(plaintext, associated), Ct);
        Assert.Equal(200, status);
        byte[] Field(string name) => made.GetProperty(name).GetBytesFromBase64();
        Assert.Equal(Field("ciphertextDataIntegrityValue"), SHA256.HashData([.. associated, .. Field("ciphertextMetadata"), .. Field("initializationVector"), .. Field("ciphertext"), .. Field("authenticationTag")]));
        Assert.Equal((4300, 16), (Field("ciphertext").Length, Field("authenticationTag").Length));
        var (_, said) = await caller.AskAsync("keys/k.1/decrypt", Caller.Decrypt(made, associated), Ct);
        Assert.Equal(plaintext, said.GetProperty("plaintext").GetBytesFromBase64());

        foreach (var name in (string[])["ciphertext", "ciphertextMetadata", "initializationVector", "authenticationTag", "additionalAuthenticatedData"])
        {
            var changed = Caller.Decrypt(made, associated);
            var bytes = Convert.FromBase64String(changed[name]!.GetValue<string>());
            bytes[^1] ^= 1;
            changed[name] = Convert.ToBase64String(bytes);
            Assert.Equal("InvalidCiphertextException", await caller.NameAsync("keys/k.1/decrypt", changed, Ct));
        }

        // The metadata does not pass for associated data, nor the other way round.
        var bare = (await caller.AskAsync("keys/k.1/encrypt", Caller.Encrypt("x"u8), Ct)).Said;
        var moved = Caller.Decrypt(bare, bare.GetProperty("ciphertextMetadata").GetBytesFromBase64());
        moved.Remove("ciphertextMetadata");
        Assert.Equal("InvalidCiphertextException", await caller.NameAsync("keys/k.1/decrypt", moved, Ct));
        await server.DoAsync(Ct, "key", "add", "k2");
        Assert.Equal("InvalidCiphertextException", await caller.NameAsync("keys/k2/decrypt", Caller.Decrypt(bare), Ct));
        Assert.Equal("ok", await caller.NameAsync("keys/k.1/decrypt", Caller.Decrypt(bare), Ct));
    }

    [Fact]
    public async Task Switch_Thrown_RefusesEverythingOfTheKeyFromTheNextRequestOn()
    {
        using var caller = new Caller(server);
        var made = (await caller.AskAsync("keys/k.1/encrypt", Caller.Encrypt("x"u8, Bound), Ct)).Said;
        await server.DoAsync(Ct, "kill", "k.1");
        var about = new JsonObject { ["requestMetadata"] = Caller.About };
        Assert.Equal("InvalidStateException", await caller.NameAsync("keys/k.1/encrypt", Caller.Encrypt("x"u8), Ct));
        Assert.Equal("InvalidStateException", await caller.NameAsync("keys/k.1/decrypt", Caller.Decrypt(made, Bound), Ct));
        Assert.Equal("InvalidStateException", await caller.NameAsync("keys/k.1/metadata", about, Ct));

        // It holds through a loss of power, and enabling is not putting the switch back.
        server.Kill();
        await server.DoAsync(Ct, "key", "enable", "k.1");
        await server.StartAsync(Ct);
        Assert.Equal("InvalidStateException", await caller.NameAsync("keys/k.1/decrypt", Caller.Decrypt(made, Bound), Ct));
        await server.DoAsync(Ct, "restore");
        Assert.Equal("ok", await caller.NameAsync("keys/k.1/decrypt", Caller.Decrypt(made, Bound), Ct));
    }

    [Fact]
    public async Task States_OfAKey_AreSaidAsSpecified()
    {
        using var caller = new Caller(server);
        var about = new JsonObject { ["requestMetadata"] = Caller.About };
        var (_, enabled) = await caller.AskAsync("keys/k.1/metadata", about, Ct);
        Assert.Equal("""{"keySpec":"AES_256","keyUsage":["ENCRYPT","DECRYPT"],"keyStatus":"ENABLED"}""", enabled.GetRawText());
        await server.DoAsync(Ct, "key", "disable", "k.1");
        Assert.Equal("DISABLED", (await caller.AskAsync("keys/k.1/metadata", about, Ct)).Said.GetProperty("keyStatus").GetString());
        Assert.Equal("InvalidStateException", await caller.NameAsync("keys/k.1/encrypt", Caller.Encrypt("x"u8), Ct));
        await server.DoAsync(Ct, "key", "enable", "k.1");
        Assert.Equal("ok", await caller.NameAsync("keys/k.1/encrypt", Caller.Encrypt("x"u8), Ct));
        await server.DoAsync(Ct, "key", "destroy", "k.1");
        Assert.Equal((404, "KeyNotFoundException"), ((await caller.AskAsync("keys/k.1/metadata", about, Ct)).Status, await caller.NameAsync("keys/k.1/encrypt", Caller.Encrypt("x"u8), Ct)));
        Assert.Equal(1, (await server.RunAsync(Ct, "key", "add", "k.1")).ExitCode);
        Assert.Equal(1, (await server.RunAsync(Ct, "key", "enable", "k.1")).ExitCode);
        Assert.Equal("KeyNotFoundException", await caller.NameAsync("keys/nobody/metadata", about, Ct));
        var (status, health) = await caller.AskAsync("health", about, Ct);
        Assert.Equal((200, "ACTIVE"), (status, health.GetProperty("ekmFleetDetails")[0].GetProperty("healthStatus").GetString()));
    }

    [Fact]
    public async Task Signatures_OfAnybodyElse_AreNotBelieved()
    {
        Caller[] strangers =
        [
            new(server) { Region = "us-east-1" }, new(server) { Service = "kms" }, new(server) { Late = TimeSpan.FromMinutes(6) }, new(server) { Late = TimeSpan.FromMinutes(-6) },
            new(server) { AccessKey = "ABCDEFGHIJKLMNOPQRST" }, new(server) { Secret = "another secret" },
        ];
        foreach (var stranger in strangers)
        {
            var (status, said) = await stranger.AskAsync("keys/k.1/encrypt", Caller.Encrypt("x"u8), Ct);
            Assert.Equal((401, "AuthenticationFailedException"), (status, said.GetProperty("errorName").GetString()));
            stranger.Dispose();
        }

        using var caller = new Caller(server);
        using var unsigned = caller.Request("health", "{}");
        unsigned.Headers.Remove("Authorization");
        Assert.Equal(401, (await caller.SendAsync(unsigned, Ct)).Status);
        using var moved = caller.Request("keys/k.1/encrypt", Caller.Encrypt("x"u8).ToJsonString());
        moved.RequestUri = new Uri($"{server.Address}/keys/k.1/decrypt");
        Assert.Equal(401, (await caller.SendAsync(moved, Ct)).Status);
        Assert.Equal("ok", await caller.NameAsync("keys/k.1/encrypt", Caller.Encrypt("x"u8), Ct));
    }

    [Fact]
    public async Task Credentials_Replaced_HoldWithoutARestart()
    {
        var (accessKey, secret) = KeyServerProcess.ReadCredential(await server.DoAsync(Ct, "credential", "add"));
        using var old = new Caller(server);
        using var next = new Caller(server) { AccessKey = accessKey, Secret = secret };
        Assert.Equal(("ok", "ok"), (await old.NameAsync("keys/k.1/encrypt", Caller.Encrypt("x"u8), Ct), await next.NameAsync("keys/k.1/encrypt", Caller.Encrypt("x"u8), Ct)));
        await server.DoAsync(Ct, "credential", "remove", server.AccessKey);
        Assert.Equal("AuthenticationFailedException", await old.NameAsync("keys/k.1/encrypt", Caller.Encrypt("x"u8), Ct));
        Assert.Equal("ok", await next.NameAsync("keys/k.1/encrypt", Caller.Encrypt("x"u8), Ct));
        Assert.Equal([accessKey], (await server.DoAsync(Ct, "credential", "list")).Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Body_OfAnotherForm_IsRefusedByItsName()
    {
        using var caller = new Caller(server);
        foreach (var text in (string[])["", "[]", "{", "{\"requestMetadata\":{},\"requestMetadata\":{}}"])
        {
            Assert.Equal("ValidationException", (await caller.AskAsync("keys/k.1/encrypt", text, Ct)).Said.GetProperty("errorName").GetString());
        }

        (string Field, JsonNode? Value, string Name)[] wrong =
        [
            ("plaintext", "%%%", "ValidationException"), ("plaintext", null, "ValidationException"), ("plaintext", 7, "ValidationException"),
            ("encryptionAlgorithm", "AES_CBC", "ValidationException"), ("encryptionAlgorithm", null, "ValidationException"),
            ("ciphertextDataIntegrityValueAlgorithm", "MD5", "ValidationException"), ("requestMetadata", "x", "ValidationException"), ("requestMetadata", new JsonObject(), "ValidationException"),
            ("additionalAuthenticatedData", 7, "ValidationException"), ("plaintext", Convert.ToBase64String(new byte[4301]), "UnsupportedOperationException"),
            ("additionalAuthenticatedData", Convert.ToBase64String(new byte[8193]), "UnsupportedOperationException"),
        ];
        foreach (var (field, value, name) in wrong)
        {
            var body = Caller.Encrypt("x"u8);
            body[field] = value;
            Assert.Equal((field, name), (field, await caller.NameAsync("keys/k.1/encrypt", body, Ct)));
            body.Remove(field);
            Assert.Equal(field is "plaintext" or "encryptionAlgorithm" or "requestMetadata" ? "ValidationException" : "ok", await caller.NameAsync("keys/k.1/encrypt", body, Ct));
        }
    }

    [Fact]
    public async Task Body_LongerThanAny_IsRefusedUnread()
    {
        using var caller = new Caller(server);
        using var request = caller.Request("keys/k.1/encrypt", new string(' ', 60_000));
        request.Headers.ExpectContinue = true;
        Assert.Equal((400, """{"errorName":"ValidationException"}"""), await caller.SendAsync(request, Ct));
    }

    [Fact]
    public async Task Addresses_ThatAreNone_AreRefusedByTheirNames()
    {
        using var caller = new Caller(server);
        foreach (var path in (string[])["keys/k.1", "keys/k.1/encrypt/", "keys//encrypt", "keys/a%2Fb/encrypt", "keys/k.1/sign", "nothing"])
        {
            var (status, said) = await caller.AskAsync(path, Caller.Encrypt("x"u8), Ct);
            Assert.Equal((404, "InvalidUriPathException"), (status, said.GetProperty("errorName").GetString()));
        }

        using var got = new HttpRequestMessage(HttpMethod.Get, $"{server.Address}/health");
        Assert.Equal(405, (await caller.SendAsync(got, Ct)).Status);
    }

    [Fact]
    public async Task Module_GoneAndBack_IsSaidAndForgotten()
    {
        using var caller = new Caller(server);
        var made = (await caller.AskAsync("keys/k.1/encrypt", Caller.Encrypt("x"u8), Ct)).Said;
        var about = new JsonObject { ["requestMetadata"] = Caller.About };
        token.Remove();
        Assert.Contains(await caller.NameAsync("keys/k.1/decrypt", Caller.Decrypt(made), Ct), (string[])["InternalException", "DependencyTimeoutException"]);
        Assert.Contains(await caller.NameAsync("health", about, Ct), (string[])["InternalException", "DependencyTimeoutException"]);
        token.PutBack();
        while (await caller.NameAsync("keys/k.1/decrypt", Caller.Decrypt(made), Ct) != "ok")
        {
            await Task.Delay(20, Ct);
        }

        Assert.Equal("ok", await caller.NameAsync("health", about, Ct));
    }

    [Fact]
    public async Task Uses_EachOne_AreWrittenDownWithoutSecrets()
    {
        using var caller = new Caller(server);
        var body = Caller.Encrypt("a plaintext that is nobody's business"u8);
        body["requestMetadata"]!["kmsRequestId"] = "r\n{\"result\":\"forged\"}";
        await caller.AskAsync("keys/k.1/encrypt", body, Ct);
        await caller.NameAsync("keys/nobody/encrypt", Caller.Encrypt("x"u8), Ct);
        var log = await File.ReadAllTextAsync(server.UseLog, Ct);
        var lines = log.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(["ok", "KeyNotFoundException"], lines.Select(line => line.GetProperty("result").GetString()));
        Assert.Equal(
            (server.AccessKey, "encrypt", "k.1", "r\n{\"result\":\"forged\"}", "arn:aws:iam::123456789012:user/Alice"),
            (lines[0].GetProperty("who").GetString(), lines[0].GetProperty("operation").GetString(), lines[0].GetProperty("key").GetString(), lines[0].GetProperty("request").GetString(), lines[0].GetProperty("principal").GetString()));
        Assert.DoesNotContain(body["plaintext"]!.GetValue<string>(), log, StringComparison.Ordinal);
        Assert.DoesNotContain(server.Secret, log, StringComparison.Ordinal);

        // Moved away, it begins anew; where nothing can be written, nothing is answered.
        File.Move(server.UseLog, server.UseLog + ".1");
        Assert.Equal("ok", await caller.NameAsync("keys/k.1/encrypt", Caller.Encrypt("x"u8), Ct));
        Assert.Single(await File.ReadAllLinesAsync(server.UseLog, Ct));
        File.Delete(server.UseLog);
        Directory.CreateDirectory(server.UseLog);
        Assert.Equal("InternalException", await caller.NameAsync("keys/k.1/encrypt", Caller.Encrypt("x"u8), Ct));
    }

    [Fact]
    public async Task Curl_SigningByItself_IsBelieved()
    {
        var arguments = (string[])
        [
            "-sS", "--cacert", Path.Combine(server.Folder, "keyserver.crt"), "--aws-sigv4", "aws:amz:rivet:kms-xks-proxy", "--user", $"{server.AccessKey}:{server.Secret}",
            "-H", "Content-Type: application/json", "--data", Caller.Encrypt("Hello World!"u8).ToJsonString(), $"{server.Address}/keys/k.1/encrypt",
        ];
        var run = await Programs.RunAsync(Programs.Require("curl"), arguments, null, Ct);
        Assert.True(run.ExitCode == 0, run.Error);
        using var caller = new Caller(server);
        var (_, said) = await caller.AskAsync("keys/k.1/decrypt", Caller.Decrypt(JsonDocument.Parse(run.Output).RootElement), Ct);
        Assert.Equal("Hello World!"u8.ToArray(), said.GetProperty("plaintext").GetBytesFromBase64());
    }

    [Fact]
    public async Task Commands_BadInput_SayWhatToDo()
    {
        Assert.Contains("--folder", (await server.RunAsync(Ct, "init", "--host", "h", "--library", "l", "--token", "t")).Error, StringComparison.Ordinal);
        Assert.Equal(1, (await server.RunAsync(Ct, "key", "add", "a/b")).ExitCode);
        Assert.Contains("rivet keyserver key list", (await server.RunAsync(Ct, "kill", "nobody")).Error, StringComparison.Ordinal);
        Assert.Contains("k.1", await server.DoAsync(Ct, "key", "list"), StringComparison.Ordinal);
        File.SetUnixFileMode(Path.Combine(server.Folder, "keyserver.db"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        Assert.Contains("chmod", (await server.RunAsync(Ct, "key", "list")).Error, StringComparison.Ordinal);
    }
}
