using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Rivet.Kernel;
using Rivet.Testing;

namespace Rivet.Cryptography.Tpm.Tests;

/// <summary>Who sits on the bus: reads along, changes answers, answers nonsense or nothing.</summary>
public sealed class BusTests : IDisposable
{
    private readonly SoftTpm tpm = new();
    private readonly byte[] auth = [.. RandomNumberGenerator.GetBytes(31), 1];
    private readonly byte[] secret = RandomNumberGenerator.GetBytes(32);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => tpm.Dispose();

    [Fact]
    public async Task SealAndUnseal_ReadAlong_NeitherSecretNorAuthIsInClear()
    {
        using var tap = new Tap(tpm.Port, static (_, answer) => answer);
        var blob = (await Sealer(tap.Port).SealAsync(secret, auth, Ct)).Value;
        Assert.Equal(secret, (await Sealer(tap.Port).UnsealAsync(blob, auth, Ct)).Value);
        var heard = tap.Heard();
        Assert.True(heard.AsSpan().IndexOf(blob.Private.Span) >= 0, "the tap itself must work");
        foreach (var part in (byte[][])[secret, auth, secret[..8], auth[..8]])
        {
            Assert.True(heard.AsSpan().IndexOf(part) < 0);
        }
    }

    /// <summary>Every byte of every answer, changed: the secret or a refusal, never anything else.</summary>
    [Fact]
    public async Task Unseal_AnswersChangedUnderWay_AreRefusedOrHarmless()
    {
        var blob = (await Sealer(tpm.Port).SealAsync(secret, auth, Ct)).Value;
        var random = new Random(7);
        var refused = 0;
        for (var round = 0; round < 150; round++)
        {
            var (at, where, how) = (random.Next(4), random.NextDouble(), (byte)(1 << random.Next(8)));
            using var tap = new Tap(tpm.Port, (number, answer) =>
            {
                if (number == at)
                {
                    answer[(int)(where * answer.Length)] ^= how;
                }

                return answer;
            });
            var result = await Sealer(tap.Port, TimeSpan.FromSeconds(1)).UnsealAsync(blob, auth, Ct);
            if (result.TryGet(out var opened, out _))
            {
                Assert.Equal(secret, opened);
            }
            else
            {
                refused++;
            }

            tap.Dispose();
            tpm.Tool("tpm2_flushcontext", "-t");
            tpm.Tool("tpm2_flushcontext", "-l");
        }

        Assert.InRange(refused, 100, 150);
    }

    [Fact]
    public async Task Unseal_AnswerOfUnsealChangedInItsSecret_IsUntrue()
    {
        var blob = (await Sealer(tpm.Port).SealAsync(secret, auth, Ct)).Value;
        using var tap = new Tap(tpm.Port, (number, answer) =>
        {
            if (number == 3)
            {
                answer[18] ^= 1;
            }

            return answer;
        });
        Assert.Equal(TpmFault.Untrue, (await Sealer(tap.Port).UnsealAsync(blob, auth, Ct)).Refusal.Fault);
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("80010000000A00000000")]
    [InlineData("80020000000A00000000")]
    [InlineData("8001FFFFFFFF00000000")]
    [InlineData("800100000000000000000000")]
    [InlineData("80010000000A00000100")]
    [InlineData("8002000000188000000000000000FFFFFFFFFFFFFFFFFFFF")]
    [InlineData("485454502F312E312034303020426164205265717565737400")]
    public async Task Seal_NonsenseAnswers_AreRefused(string hex)
    {
        var answer = Convert.FromHexString(hex);
        using var liar = new Listener(async stream =>
        {
            var buffer = new byte[4096];
            while (await stream.ReadAsync(buffer, Ct) > 0 && answer.Length > 0)
            {
                await stream.WriteAsync(answer, Ct);
            }
        });
        var fault = (await Sealer(liar.Port, TimeSpan.FromSeconds(1)).SealAsync(secret, auth, Ct)).Refusal.Fault;
        Assert.Contains(fault, (TpmFault[])[TpmFault.Unreachable, TpmFault.Untrue, TpmFault.Failing]);
    }

    [Fact]
    public async Task Seal_RandomAnswers_AreRefused()
    {
        var random = new Random(11);
        using var liar = new Listener(async stream =>
        {
            var buffer = new byte[4096];
            while (await stream.ReadAsync(buffer, Ct) > 0)
            {
                var answer = new byte[random.Next(10, 400)];
                random.NextBytes(answer);
                (answer[0], answer[1]) = (0x80, 2);
                BinaryPrimitives.WriteInt32BigEndian(answer.AsSpan(2), answer.Length);
                BinaryPrimitives.WriteInt32BigEndian(answer.AsSpan(6), 0);
                await stream.WriteAsync(answer, Ct);
            }
        });
        for (var round = 0; round < 300; round++)
        {
            Assert.Equal(TpmFault.Untrue, (await Sealer(liar.Port).SealAsync(secret, auth, Ct)).Refusal.Fault);
        }
    }

    [Fact]
    public async Task Seal_NoAnswer_IsUnreachableWithinTheBudget()
    {
        using var silent = new Listener(stream => Task.Delay(Timeout.Infinite, Ct));
        Assert.Equal(TpmFault.Unreachable, (await Sealer(silent.Port, TimeSpan.FromMilliseconds(200)).SealAsync(secret, auth, Ct)).Refusal.Fault);
    }

    [Fact]
    public async Task Seal_RetryForEver_IsBounded()
    {
        var asked = 0;
        using var busy = new Listener(async stream =>
        {
            var buffer = new byte[4096];
            while (await stream.ReadAsync(buffer, Ct) > 0)
            {
                asked++;
                await stream.WriteAsync(Convert.FromHexString("80010000000A00000922"), Ct);
            }
        });
        Assert.Equal(TpmFault.Failing, (await Sealer(busy.Port).SealAsync(secret, auth, Ct)).Refusal.Fault);
        Assert.InRange(asked, 2, 30);
    }

    [Theory]
    [InlineData("/dev/null")]
    [InlineData("/nowhere/tpm")]
    public async Task Seal_NoTpmThere_IsUnreachable(string device)
    {
        Assert.True(TpmPlace.TryParse(device, out var place));
        Assert.Equal(TpmFault.Unreachable, (await new TpmSealer(place).SealAsync(secret, auth, Ct)).Refusal.Fault);
    }

    [Theory]
    [InlineData("/dev/tpmrm0", true)]
    [InlineData("tcp:127.0.0.1:2321", true)]
    [InlineData("tcp:localhost:2321", true)]
    [InlineData("tcp:[::1]:2321", true)]
    [InlineData("tcp:192.0.2.1:2321", false)]
    [InlineData("tcp:tpm.example:2321", false)]
    [InlineData("tcp:127.0.0.1:0", false)]
    [InlineData("tcp:127.0.0.1", false)]
    [InlineData("tcp:", false)]
    [InlineData("tpmrm0", false)]
    [InlineData("", false)]
    public void TryParse_Places(string text, bool isPlace)
    {
        Assert.Equal(isPlace, TpmPlace.TryParse(text, out var place));
        Assert.Equal(isPlace, place is not null && TpmPlace.TryParse(place.ToString(), out var again) && again.ToString() == place.ToString());
    }

    private static TpmSealer Sealer(int port, TimeSpan? budget = null)
        => TpmPlace.TryParse($"tcp:127.0.0.1:{port}", out var place) ? new(place) { Budget = budget ?? TimeSpan.FromSeconds(60) } : throw new InvalidOperationException();

    /// <summary>Stands between a client and the TPM; answers pass through a function.</summary>
    private sealed class Tap : IDisposable
    {
        private readonly MemoryStream heard = new();
        private readonly Listener listener;

        public Tap(int to, Func<int, byte[], byte[]> change) => listener = new Listener(async client =>
        {
            using var upstream = new TcpClient();
            await upstream.ConnectAsync(IPAddress.Loopback, to, Ct);
            var server = upstream.GetStream();
            var buffer = new byte[4096];
            for (var number = 0; ; number++)
            {
                var sent = await client.ReadAsync(buffer, Ct);
                if (sent == 0)
                {
                    return;
                }

                Note(buffer.AsSpan(0, sent));
                await server.WriteAsync(buffer.AsMemory(0, sent), Ct);
                await server.ReadExactlyAsync(buffer.AsMemory(0, 10), Ct);
                var size = BinaryPrimitives.ReadInt32BigEndian(buffer.AsSpan(2));
                await server.ReadExactlyAsync(buffer.AsMemory(10, size - 10), Ct);
                Note(buffer.AsSpan(0, size));
                await client.WriteAsync(change(number, buffer[..size]), Ct);
            }
        });

        public int Port => listener.Port;

        public byte[] Heard()
        {
            lock (heard)
            {
                return heard.ToArray();
            }
        }

        public void Dispose() => listener.Dispose();

        private void Note(ReadOnlySpan<byte> bytes)
        {
            lock (heard)
            {
                heard.Write(bytes);
            }
        }
    }

    private sealed class Listener : IDisposable
    {
        private readonly TcpListener socket = new(IPAddress.Loopback, 0);
        private readonly List<TcpClient> clients = [];

        public Listener(Func<NetworkStream, Task> serve)
        {
            socket.Start();
            Port = ((IPEndPoint)socket.LocalEndpoint).Port;
            _ = Task.Run(async () =>
            {
                while (true)
                {
                    var client = await socket.AcceptTcpClientAsync(Ct);
                    lock (clients)
                    {
                        clients.Add(client);
                    }

                    _ = Task.Run(async () =>
                    {
                        using (client)
                        {
                            try
                            {
                                await serve(client.GetStream());
                            }
                            catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
                            {
                                // The other side left.
                            }
                        }
                    }, Ct);
                }
            }, Ct);
        }

        public int Port { get; }

        public void Dispose()
        {
            socket.Stop();
            lock (clients)
            {
                clients.ForEach(client => client.Dispose());
            }
        }
    }
}
