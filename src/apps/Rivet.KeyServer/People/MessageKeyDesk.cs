using System.Buffers.Binary;
using System.Security.Cryptography;
using Rivet.Cryptography.Pkcs11;
using Rivet.Kernel;
using Rivet.MessageKeys;

namespace Rivet.KeyServer;

/// <summary>Makes message keys, wraps them under a key that never leaves the module, and unwraps them for whoever may have them.</summary>
internal sealed class MessageKeyDesk(MessageKeyBook book, KeyModule module, TimeProvider time) : IDisposable
{
    /// <summary>The label of the wrapping key in the module.</summary>
    public const string WrappingKey = "rivet-message-keys";

    private static readonly ModuleKey Wrapping = new(WrappingKey, ModuleKeyUse.Encrypt);
    /// <summary>Half of what a device waits for an answer.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly ModuleTurns turns = new(time, Patience);

    /// <summary>Makes a key, which seals from now on; it was unwrapped again before it is let in.</summary>
    public Result<BookedMessageKey, ModuleRefusal> Rotate()
    {
        var wrapping = module.FindKey(WrappingKey, ModuleKeyUse.Encrypt);
        if (wrapping is { IsOk: false, Refusal: ModuleRefusal.NotFound })
        {
            wrapping = module.MakeKey(WrappingKey, RandomNumberGenerator.GetBytes(16), ModuleKeyUse.Encrypt);
        }

        if (!wrapping.IsOk)
        {
            return wrapping.Refusal;
        }

        var secret = RandomNumberGenerator.GetBytes(MessageKeyId.KeySize);
        try
        {
            while (true)
            {
                var (id, epoch) = (MessageKeyId.Of(secret), book.NextEpoch);
                if (!module.Encrypt(Wrapping, secret, Bound(id, epoch)).TryGet(out var wrapped, out var why))
                {
                    return why;
                }

                if (!module.Decrypt(Wrapping, wrapped, Bound(id, epoch)).TryGet(out var again, out why))
                {
                    return why;
                }

                var isSame = CryptographicOperations.FixedTimeEquals(again, secret);
                CryptographicOperations.ZeroMemory(again);
                if (!isSame)
                {
                    return ModuleRefusal.Forged;
                }

                if (book.Begin(id, epoch, wrapped))
                {
                    return book.Find(id)!;
                }
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    /// <summary>
    /// The current key and those that were asked for. What the book says is read before the work and the switch again after it, so that nothing leaves once it is
    /// thrown.
    /// </summary>
    public async ValueTask<Result<KeyAnswer, string>> GiveAsync(KeyAsk ask, TimeSpan lifetime, CancellationToken ct)
    {
        if (book.IsStopped)
        {
            return KeyServerRefusals.Stopped;
        }

        var current = book.Current;
        var (keys, destroyed, missing) = (new List<MessageKey>(), new List<MessageKeyId>(), new List<MessageKeyId>());
        var isGiven = false;
        try
        {
            foreach (var id in ask.Wanted.Append(current?.Id ?? default).Distinct().Where(id => id != default))
            {
                switch (book.Find(id))
                {
                    case null:
                        missing.Add(id);
                        break;
                    case { State: MessageKeyState.Destroyed }:
                        destroyed.Add(id);
                        break;
                    case var booked:
                        var opened = await turns.CallAsync(() => module.Decrypt(Wrapping, booked.Wrapped, Bound(booked.Id, booked.Epoch)), ct);
                        if (!opened.TryGet(out var secret, out _) || MessageKey.TryTake(booked.Id, booked.Epoch, secret) is not { } key)
                        {
                            return KeyServerRefusals.Unavailable;
                        }

                        keys.Add(key);
                        break;
                }
            }

            if (book.IsStopped)
            {
                return KeyServerRefusals.Stopped;
            }

            isGiven = true;
            return new KeyAnswer { Lifetime = lifetime, Current = current?.Id, Keys = keys, Destroyed = destroyed, Missing = missing };
        }
        finally
        {
            if (!isGiven)
            {
                keys.ForEach(key => key.Dispose());
            }
        }
    }

    public void Dispose() => turns.Dispose();

    private static byte[] Bound(MessageKeyId id, uint epoch)
    {
        var bound = new byte[16 + sizeof(uint)];
        id.Value.TryWriteBytes(bound, bigEndian: true, out _);
        BinaryPrimitives.WriteUInt32BigEndian(bound.AsSpan(16), epoch);
        return [.. "rivet message key v1"u8, .. bound];
    }
}
