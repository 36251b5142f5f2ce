using System.Buffers.Binary;
using System.Net.Sockets;
using System.Security.Cryptography;
using Rivet.Kernel;

namespace Rivet.Cryptography.Tpm.Wire;

/// <summary>One conversation with a TPM: a command, its answer. All of it has one budget of time, whoever answers.</summary>
internal sealed class TpmChannel : IAsyncDisposable
{
    private const int MostRetries = 20;
    private static readonly TimeSpan BetweenRetries = TimeSpan.FromMilliseconds(20);
    private readonly Stream stream;

    private TpmChannel(Stream stream) => this.stream = stream;

    /// <summary>Null when it cannot be opened.</summary>
    public static async ValueTask<TpmChannel?> OpenAsync(TpmPlace place, CancellationToken ct)
    {
        try
        {
            if (place.Device is { } device)
            {
                // Unbuffered: a command is one write, an answer one read.
                return new(new FileStream(device, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0));
            }

            var socket = new Socket(place.Address!.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(place.Address, ct);
                return new(new NetworkStream(socket, ownsSocket: true));
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or SocketException or NotSupportedException or OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>Sends a command and gives the answer after its header, of a TPM that says success.</summary>
    public async ValueTask<Result<TpmAnswer, TpmRefusal>> AskAsync(ReadOnlyMemory<byte> command, CancellationToken ct)
    {
        for (var attempt = 0; ; attempt++)
        {
            var asked = await AskOnceAsync(command, ct);
            if (asked.TryGet(out var answer, out _) && Rc.IsAgain(answer.Code) && attempt < MostRetries)
            {
                await Task.Delay(BetweenRetries, CancellationToken.None);
                continue;
            }

            return asked;
        }
    }

    private async ValueTask<Result<TpmAnswer, TpmRefusal>> AskOnceAsync(ReadOnlyMemory<byte> command, CancellationToken ct)
    {
        var buffer = new byte[Tpm.MaxMessage];
        try
        {
            await stream.WriteAsync(command, ct).AsTask().WaitAsync(ct);
            var have = 0;
            while (true)
            {
                // A device does not let go of a read; the caller does.
                var read = await stream.ReadAsync(buffer.AsMemory(have), ct).AsTask().WaitAsync(ct);
                if (read == 0)
                {
                    return new TpmRefusal(TpmFault.Unreachable, 0);
                }

                have += read;
                if (have < Tpm.HeaderSize)
                {
                    continue;
                }

                var size = BinaryPrimitives.ReadUInt32BigEndian(buffer.AsSpan(2));
                if (size is < Tpm.HeaderSize or > Tpm.MaxMessage || have > size)
                {
                    return new TpmRefusal(TpmFault.Untrue, 0);
                }

                if (have == size)
                {
                    return new TpmAnswer(
                        BinaryPrimitives.ReadUInt16BigEndian(buffer), BinaryPrimitives.ReadUInt32BigEndian(buffer.AsSpan(6)), buffer.AsSpan(Tpm.HeaderSize, have - Tpm.HeaderSize).ToArray());
                }
            }
        }
        catch (Exception exception) when (exception is IOException or SocketException or UnauthorizedAccessException or OperationCanceledException)
        {
            return new TpmRefusal(TpmFault.Unreachable, 0);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer);
        }
    }

    public ValueTask DisposeAsync() => stream.DisposeAsync();
}

/// <summary>An answer: its tag, its code, and what follows.</summary>
internal sealed record TpmAnswer(ushort Tag, uint Code, byte[] Body);
