using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using Rivet.Container.Keys;
using Rivet.Container.Records;
using Rivet.Cryptography.Sodium;
using Rivet.Kernel;

namespace Rivet.Container;

/// <summary>
/// The local encrypted store of one device: records in a SQLite file, each sealed with AES-256-GCM under the container
/// key, with its kind and lookup key as associated data. Safe for concurrent use; several processes may open the same
/// container, each write is one short transaction, durable when it returns.
/// </summary>
public sealed partial class DeviceContainer : IDisposable
{
    private readonly Lock gate = new();
    private readonly RecordFile file;
    private readonly AesGcmKey key;

    private DeviceContainer(ContainerPlace place, ContainerHead head, RecordFile file, AesGcmKey key)
    {
        Place = place;
        Protection = head.Protection;
        Id = head.Container;
        this.file = file;
        this.key = key;
    }

    /// <summary>Where it lies.</summary>
    public ContainerPlace Place { get; }

    /// <summary>What protects its key.</summary>
    public Protection Protection { get; }

    /// <summary>Its id, a public value.</summary>
    public Guid Id { get; }

    /// <summary>What protects the container of this home, without opening it.</summary>
    public static Result<Protection, ContainerRefusal> Look(ContainerPlace place)
        => Attempt(() =>
        {
            ArgumentNullException.ThrowIfNull(place);
            if (!IsMade(place))
            {
                return ContainerRefusal.NotThere;
            }

            using var file = RecordFile.Open(place.File, create: false);
            return ReadHead(file).TryGet(out var head, out var why) ? head.Protection : (Result<Protection, ContainerRefusal>)why;
        });

    /// <summary>Makes the container of a home; with a passphrase, or else with a key file in the place's key folder.</summary>
    public static Result<DeviceContainer, ContainerRefusal> Create(ContainerPlace place, Passphrase? passphrase, PassphraseCost cost)
        => Attempt<DeviceContainer>(() =>
        {
            ArgumentNullException.ThrowIfNull(place);
            if (Look(place) is { IsOk: true } or { Refusal: not ContainerRefusal.NotThere })
            {
                return ContainerRefusal.Exists;
            }

            if (passphrase is null && place.KeyFolderIsInsideHome)
            {
                return ContainerRefusal.KeyFileBesideContainer;
            }

            PrivateFolder.Make(place.Home);
            var head = new ContainerHead
            {
                Container = Guid.NewGuid(),
                Protection = passphrase is null ? Protection.KeyFile : Protection.Passphrase,
                Cost = cost,
                Salt = RandomNumberGenerator.GetBytes(PassphraseKey.SaltSize),
            };
            var wrapping = passphrase is null ? KeyFile.Create(place.KeyFile(head.Container)) : Derive(head, passphrase);
            var secret = RandomNumberGenerator.GetBytes(AesGcmKey.KeySize);
            var file = RecordFile.Open(place.File, create: true);
            file.WriteHead(head.Wrap(wrapping, secret));
            CryptographicOperations.ZeroMemory(wrapping);
            return new DeviceContainer(place, head, file, head.RecordKey(secret));
        });

    /// <summary>Opens the container of a home.</summary>
    public static Result<DeviceContainer, ContainerRefusal> Open(ContainerPlace place, Passphrase? passphrase)
        => Attempt<DeviceContainer>(() =>
        {
            ArgumentNullException.ThrowIfNull(place);
            if (!IsMade(place))
            {
                return ContainerRefusal.NotThere;
            }

            var file = RecordFile.Open(place.File, create: false);
            var opened = Unlock(place, passphrase, file);
            if (!opened.IsOk)
            {
                file.Dispose();
            }

            return opened;
        });

    /// <summary>Closes the file and zeroes the key.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            file.Dispose();
            key.Dispose();
        }
    }

    private static Result<DeviceContainer, ContainerRefusal> Unlock(ContainerPlace place, Passphrase? passphrase, RecordFile file)
    {
        if (!ReadHead(file).TryGet(out var head, out var why))
        {
            return why;
        }

        if (head.Protection is Protection.Passphrase && passphrase is null)
        {
            return ContainerRefusal.PassphraseNeeded;
        }

        Result<byte[], ContainerRefusal> wrapping = head.Protection is Protection.Passphrase
            ? Derive(head, passphrase!)
            : KeyFile.Read(place.KeyFile(head.Container));
        if (!wrapping.TryGet(out var bytes, out why))
        {
            return why;
        }

        var secret = head.Unwrap(bytes);
        CryptographicOperations.ZeroMemory(bytes);
        return secret is null ? ContainerRefusal.WrongKey : new DeviceContainer(place, head, file, head.RecordKey(secret));
    }

    /// <summary>An empty file is what a crash leaves of a container that was never finished.</summary>
    private static bool IsMade(ContainerPlace place) => new FileInfo(place.File) is { Exists: true, Length: > 0 };

    private static Result<ContainerHead, ContainerRefusal> ReadHead(RecordFile file)
        => file.ReadHead() is { } bytes ? ContainerHead.Read(bytes) : ContainerRefusal.NotThere;

    private static byte[] Derive(ContainerHead head, Passphrase passphrase)
    {
        var wrapping = new byte[AesGcmKey.KeySize];
        PassphraseKey.Derive(passphrase.Bytes, head.Salt, head.Cost, wrapping);
        return wrapping;
    }

    /// <summary>Runs file work; what the file or the system refuses becomes a value.</summary>
    private static Result<T, ContainerRefusal> Attempt<T>(Func<Result<T, ContainerRefusal>> work)
    {
        try
        {
            return work();
        }
        catch (SqliteException refused) when (RecordFile.Refusal(refused) is { } why)
        {
            return why;
        }
        catch (UnauthorizedAccessException)
        {
            return ContainerRefusal.NoAccess;
        }
        catch (IOException full) when (full.HResult is 28)
        {
            return ContainerRefusal.DiskFull;
        }
    }
}
