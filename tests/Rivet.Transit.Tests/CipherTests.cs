using System.Text.Json.Nodes;
using CsCheck;
using Rivet.Testing;

namespace Rivet.Transit.Tests;

public sealed class CipherTests : IAsyncLifetime
{
    private readonly TempFolder folder = new();
    private TransitHost host = null!;
    private Client app = null!;

    public async ValueTask InitializeAsync()
    {
        host = await TransitHost.StartAsync(folder);
        app = await host.ApplicationAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        folder.Dispose();
    }

    [Theory]
    [InlineData("aes256-gcm96")]
    [InlineData("chacha20-poly1305")]
    [InlineData("rsa-2048")]
    public async Task Encrypt_EveryType_ComesBackOverRotations(string type)
    {
        await app.MakeAsync("k", type);
        var first = await app.EncryptAsync("k", "hello");
        await app.DoAsync("keys/k/rotate");
        var second = await app.EncryptAsync("k", "hello");

        Assert.StartsWith("vault:v1:", first, StringComparison.Ordinal);
        Assert.StartsWith("vault:v2:", second, StringComparison.Ordinal);
        Assert.Equal("hello", await app.DecryptAsync("k", first));
        Assert.Equal("hello", await app.DecryptAsync("k", second));
    }

    [Fact]
    public async Task Encrypt_TheSameTwice_DiffersInNonceAndAll()
    {
        await app.MakeAsync("k");
        Assert.NotEqual(await app.EncryptAsync("k", "same"), await app.EncryptAsync("k", "same"));
    }

    [Fact]
    public async Task Rewrap_OldCiphertext_KeepsPlaintextUnderTheLatestVersion()
    {
        await app.MakeAsync("k");
        var old = await app.EncryptAsync("k", "moved");
        await app.DoAsync("keys/k/rotate");

        var data = await app.DoAsync("rewrap/k", new { ciphertext = old });

        Assert.Equal(2, (int)data["key_version"]!);
        Assert.Null(data["plaintext"]);
        Assert.Equal("moved", await app.DecryptAsync("k", (string)data["ciphertext"]!));
    }

    [Fact]
    public async Task Decrypt_OtherAssociatedData_Refuses()
    {
        await app.MakeAsync("k");
        var ciphertext = await app.EncryptAsync("k", "bound", new { associated_data = Client.B64("row 7") });

        Assert.Equal("bound", await app.DecryptAsync("k", ciphertext, new { associated_data = Client.B64("row 7") }));
        (await app.PostAsync("decrypt/k", new { ciphertext, associated_data = Client.B64("row 8") })).Refused(400, "changed");
        (await app.PostAsync("decrypt/k", new { ciphertext })).Refused(400, "changed");
    }

    [Fact]
    public async Task Decrypt_DerivedKeyWithOtherContext_Refuses()
    {
        await app.MakeAsync("k", derived: true);
        var ciphertext = await app.EncryptAsync("k", "tenant", new { context = Client.B64("a") });

        Assert.Equal("tenant", await app.DecryptAsync("k", ciphertext, new { context = Client.B64("a") }));
        (await app.PostAsync("decrypt/k", new { ciphertext, context = Client.B64("b") })).Refused(400, "changed");
        (await app.PostAsync("decrypt/k", new { ciphertext })).Refused(400, "context is required");
        (await app.PostAsync("encrypt/k", new { plaintext = "" })).Refused(400, "context is required");
    }

    [Fact]
    public async Task Encrypt_ContextForAKeyThatDoesNotDerive_Refuses()
    {
        await app.MakeAsync("k");
        (await app.PostAsync("encrypt/k", new { plaintext = "", context = Client.B64("a") })).Refused(400, "does not derive");
    }

    [Fact]
    public async Task Decrypt_UnderAnotherKey_Refuses()
    {
        await app.MakeAsync("a");
        await app.MakeAsync("b");
        (await app.PostAsync("decrypt/b", new { ciphertext = await app.EncryptAsync("a", "x") })).Refused(400, "changed");
    }

    [Theory]
    [InlineData("vault:v0:AAAA", "invalid ciphertext")]
    [InlineData("vault:v01:AAAA", "invalid ciphertext")]
    [InlineData("vault:v-1:AAAA", "invalid ciphertext")]
    [InlineData("vault:v+1:AAAA", "invalid ciphertext")]
    [InlineData("vault:v:AAAA", "invalid ciphertext")]
    [InlineData("vault:v99999999999:AAAA", "invalid ciphertext")]
    [InlineData("vault:v1", "invalid ciphertext")]
    [InlineData("v1:AAAA", "invalid ciphertext")]
    [InlineData("", "invalid ciphertext")]
    [InlineData("vault:v2:AAAA", "no such version")]
    [InlineData("vault:v1:AAA", "no base64")]
    [InlineData("vault:v1:A A=", "no base64")]
    [InlineData("vault:v1:", "changed")]
    [InlineData("vault:v1:AAAA", "changed")]
    public async Task Decrypt_Malformed_RefusesInWords(string ciphertext, string part)
    {
        await app.MakeAsync("k");
        (await app.PostAsync("decrypt/k", new { ciphertext })).Refused(400, part);
    }

    [Fact]
    public async Task Encrypt_GivenNonceOrNoPlaintextOrNoBase64_Refuses()
    {
        await app.MakeAsync("k");
        (await app.PostAsync("encrypt/k", new { plaintext = "", nonce = Client.B64("123456789012") })).Refused(400, "nonce");
        (await app.PostAsync("encrypt/k", new { })).Refused(400, "missing");
        (await app.PostAsync("encrypt/k", new { plaintext = "%%%%" })).Refused(400, "base64");
        (await app.PostAsync("encrypt/k", new { plaintext = "", key_version = -1 })).Refused(400, "another type");
        (await app.PostAsync("encrypt/k", new { plaintext = "", key_version = 2 })).Refused(400, "no such version");
    }

    [Fact]
    public async Task Encrypt_MoreThanRsaHolds_Refuses()
    {
        await app.MakeAsync("k", "rsa-2048");
        Assert.StartsWith("vault:v1:", await app.EncryptAsync("k", new string('x', 190)), StringComparison.Ordinal);
        (await app.PostAsync("encrypt/k", new { plaintext = Client.B64(new string('x', 191)) })).Refused(400, "too long");
        (await app.PostAsync("encrypt/k", new { plaintext = "", associated_data = "AAAA" })).Refused(400, "associated_data");
    }

    [Theory]
    [InlineData("encrypt", "ed25519")]
    [InlineData("decrypt", "ecdsa-p256")]
    [InlineData("rewrap", "hmac")]
    [InlineData("datakey/plaintext", "ed25519")]
    [InlineData("sign", "aes256-gcm96")]
    public async Task Call_NotOfTheType_Refuses(string path, string type)
    {
        await app.MakeAsync("k", type);
        (await app.PostAsync($"{path}/k", new { plaintext = "", ciphertext = "vault:v1:AAAA", input = "" })).Refused(400, "does not support");
    }

    [Fact]
    public async Task Batch_OneBadItem_RefusesItAloneAndAnswers400()
    {
        await app.MakeAsync("k");
        var good = await app.EncryptAsync("k", "good");

        var reply = await app.PostAsync("decrypt/k", new { batch_input = new object[] { new { ciphertext = good, reference = "r1" }, new { ciphertext = "vault:v1:AAAA" } } });

        var results = reply.Data["batch_results"]!.AsArray();
        Assert.Equal(400, reply.Status);
        Assert.Equal(Client.B64("good"), (string)results[0]!["plaintext"]!);
        Assert.Equal("r1", (string)results[0]!["reference"]!);
        Assert.Contains("changed", (string)results[1]!["error"]!, StringComparison.Ordinal);
        Assert.Null(results[1]!["plaintext"]);
        var asked = await app.PostAsync("decrypt/k", new { partial_failure_response_code = 207, batch_input = new[] { new { ciphertext = good }, new { ciphertext = "?" } } });
        Assert.Equal(207, asked.Status);
        var none = await app.PostAsync("decrypt/k", new { partial_failure_response_code = 207, batch_input = new[] { new { ciphertext = "?" } } });
        Assert.Equal(400, none.Status);
    }

    [Fact]
    public async Task Batch_OfItsOwnVersionsAndContexts_AnswersEach()
    {
        await app.MakeAsync("k", derived: true);
        await app.DoAsync("keys/k/rotate");
        var data = await app.DoAsync("encrypt/k", new
        {
            batch_input = new object[]
            {
                new { plaintext = Client.B64("one"), context = Client.B64("a"), key_version = 1 },
                new { plaintext = Client.B64("two"), context = Client.B64("b") },
            },
        });

        var results = data["batch_results"]!.AsArray();
        Assert.Equal([1, 2], results.Select(result => (int)result!["key_version"]!));
        Assert.Equal("one", await app.DecryptAsync("k", (string)results[0]!["ciphertext"]!, new { context = Client.B64("a") }));
        Assert.Equal("two", await app.DecryptAsync("k", (string)results[1]!["ciphertext"]!, new { context = Client.B64("b") }));
    }

    [Theory]
    [InlineData(null, 32)]
    [InlineData(128, 16)]
    [InlineData(512, 64)]
    public async Task DataKey_Plaintext_IsWhatItsCiphertextHolds(int? bits, int size)
    {
        await app.MakeAsync("k");
        var data = await app.DoAsync("datakey/plaintext/k", new { bits });

        var plaintext = Convert.FromBase64String((string)data["plaintext"]!);
        Assert.Equal(size, plaintext.Length);
        var opened = await app.DoAsync("decrypt/k", new { ciphertext = (string)data["ciphertext"]! });
        Assert.Equal((string)data["plaintext"]!, (string)opened["plaintext"]!);
    }

    [Fact]
    public async Task DataKey_WrappedOrMalformed_ShowsNoPlaintext()
    {
        await app.MakeAsync("k");
        Assert.Null((await app.DoAsync("datakey/wrapped/k"))["plaintext"]);
        (await app.PostAsync("datakey/plaintext/k", new { bits = 192 })).Refused(400, "128, 256 or 512");
        (await app.PostAsync("datakey/other/k")).Refused(404, "no handler");
    }

    [Fact]
    public async Task Decrypt_AnyBitFlipped_Refuses()
    {
        await app.MakeAsync("k");
        await app.MakeAsync("c", "chacha20-poly1305");
        foreach (var key in (string[])["k", "c"])
        {
            var bytes = Convert.FromBase64String((await app.EncryptAsync(key, "sixteen bytes ok"))["vault:v1:".Length..]);
            var items = Enumerable.Range(0, bytes.Length * 8).Select(bit =>
            {
                var changed = bytes.ToArray();
                changed[bit / 8] ^= (byte)(1 << (bit % 8));
                return new { ciphertext = "vault:v1:" + Convert.ToBase64String(changed) };
            }).ToArray();

            var reply = await app.PostAsync($"decrypt/{key}", new { batch_input = items });

            Assert.Equal(items.Length, reply.Data["batch_results"]!.AsArray().Count);
            Assert.All(reply.Data["batch_results"]!.AsArray(), result => Assert.NotNull(result!["error"]));
        }
    }

    [Fact]
    public async Task Batch_AnyPlaintextsOverVersions_ComeBackThroughRewrap()
    {
        await app.MakeAsync("k");
        await app.DoAsync("keys/k/rotate");
        await app.DoAsync("keys/k/rotate");
        await Gen.Select(Gen.Byte.Array[0, 300], Gen.Int[1, 3], Gen.Byte.Array[0, 40]).Array[1, 40].SampleAsync(
            async cases =>
            {
                var sealedItems = await app.DoAsync("encrypt/k", new
                {
                    batch_input = cases.Select(one => new { plaintext = Convert.ToBase64String(one.Item1), key_version = one.Item2, associated_data = Convert.ToBase64String(one.Item3) }),
                });
                var moved = await app.DoAsync("rewrap/k", new { batch_input = Items(sealedItems, cases) });
                var opened = await app.DoAsync("decrypt/k", new { batch_input = Items(moved, cases) });
                Assert.All(moved["batch_results"]!.AsArray(), result => Assert.Equal(3, (int)result!["key_version"]!));
                Assert.Equal(
                    cases.Select(one => Convert.ToBase64String(one.Item1)), opened["batch_results"]!.AsArray().Select(result => (string)result!["plaintext"]!));
            },
            iter: 30, threads: 1);

        static object[] Items(JsonNode data, (byte[], int, byte[])[] cases)
            => [.. data["batch_results"]!.AsArray().Zip(cases, (result, one) => new { ciphertext = (string)result!["ciphertext"]!, associated_data = Convert.ToBase64String(one.Item3) })];
    }
}
