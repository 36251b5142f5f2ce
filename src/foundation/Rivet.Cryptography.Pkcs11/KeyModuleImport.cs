using System.Security.Cryptography;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;
using Rivet.Kernel;

namespace Rivet.Cryptography.Pkcs11;

/// <summary>Keys that were made elsewhere, brought in without ever being in this process's memory; and keys that go.</summary>
public sealed partial class KeyModule
{
    /// <summary>
    /// Makes an RSA-4096 key pair inside the token whose private key is never extractable and only unwraps, once. Takes seconds. How keys must be wrapped for it is
    /// proven by importing a throw-away key; <see cref="ModuleRefusal.NotOffered"/> when the module does it in no way that is allowed.
    /// </summary>
    /// <param name="label">CKA_LABEL; refused as <see cref="ModuleRefusal.Exists"/> when the token has such a pair.</param>
    /// <param name="id">CKA_ID.</param>
    public Result<UnwrapKeyPair, ModuleRefusal> MakeUnwrapKeyPair(string label, ReadOnlySpan<byte> id)
    {
        var name = id.ToArray();
        return Run<Result<UnwrapKeyPair, ModuleRefusal>>(isWriting: true, (connection, session) =>
        {
            if (UnwrapPair.Halves(session, label) is not [])
            {
                return ModuleRefusal.Exists;
            }

            var ways = UnwrapPair.Ways(connection.Slot, settings.AllowsOaepSha1);
            if (ways is [])
            {
                return ModuleRefusal.NotOffered;
            }

            UnwrapPair.Generate(session, label, name);
            var found = UnwrapPair.Find(session, label, ways);
            if (!found.IsOk)
            {
                UnwrapPair.Destroy(session, label);
            }

            return found;
        }, isForged: null, budgets: 10).Flatten();
    }

    /// <summary>Finds a pair by its label; refused as <see cref="ModuleRefusal.Unfit"/> when its private key can leave the token, does something else too, or is not RSA-4096 made inside.</summary>
    public Result<UnwrapKeyPair, ModuleRefusal> FindUnwrapKeyPair(string label)
        => Run<Result<UnwrapKeyPair, ModuleRefusal>>(
            isWriting: true, (connection, session) => UnwrapPair.Find(session, label, UnwrapPair.Ways(connection.Slot, settings.AllowsOaepSha1)), isForged: null).Flatten();

    /// <summary>
    /// Unwraps an AES-256 key inside the token, where it stays: sensitive, not extractable, for <see cref="ModuleKeyUse.Encrypt"/> alone. The pair is destroyed by it,
    /// and by a wrapped key that does not unwrap (<see cref="ModuleRefusal.Forged"/>), so that nobody asks it twice; it is left when the module is
    /// unavailable or has a key of the label.
    /// </summary>
    /// <param name="pair">The pair.</param>
    /// <param name="wrapped">As <see cref="ImportWrapping"/> says: 512 bytes, then 40.</param>
    /// <param name="label">CKA_LABEL of the key.</param>
    /// <param name="id">CKA_ID of the key.</param>
    public Result<ModuleKey, ModuleRefusal> Unwrap(UnwrapKeyPair pair, ReadOnlySpan<byte> wrapped, string label, ReadOnlySpan<byte> id)
    {
        var (bytes, name) = (wrapped.ToArray(), id.ToArray());
        return Run<Result<ModuleKey, ModuleRefusal>>(isWriting: true, (_, session) =>
        {
            if (session.FindAllObjects(KeyFitness.Search(label)) is not [])
            {
                return ModuleRefusal.Exists;
            }

            var found = UnwrapPair.FindPrivate(session, pair.Label);
            if (found.Handle is not { } key)
            {
                return found.Refusal;
            }

            var isIn = UnwrapPair.Import(session, key, pair, bytes, label, name);
            UnwrapPair.Destroy(session, pair.Label);
            return isIn ? new ModuleKey(label, ModuleKeyUse.Encrypt) { IsImported = true } : ModuleRefusal.Forged;
        }, isForged: null).Flatten();
    }

    /// <summary>Finds a key that was imported; refused as <see cref="ModuleRefusal.Unfit"/> also when it was made inside.</summary>
    public Result<ModuleKey, ModuleRefusal> FindImportedKey(string label)
    {
        var found = Run(isWriting: false, session => KeyFitness.Find(session, label, ModuleKeyUse.Encrypt, KeyOrigin.Imported));
        return !found.TryGet(out var key, out var why) ? why
            : key.Handle is null ? key.Refusal
            : new ModuleKey(label, ModuleKeyUse.Encrypt) { IsImported = true };
    }

    /// <summary>Destroys a key in the token (C_DestroyObject). The token's own backups are out of reach.</summary>
    public Result<Done, ModuleRefusal> Destroy(ModuleKey key)
        => Run<Result<Done, ModuleRefusal>>(isWriting: true, (connection, session) =>
        {
            connection.Forget(key);
            var found = KeyFitness.Find(session, key.Label, key.Use, key.IsImported ? KeyOrigin.Imported : MadeInside);
            if (found.Handle is not { } handle)
            {
                return found.Refusal;
            }

            session.DestroyObject(handle);
            return Done.Value;
        }, isForged: null).Flatten();

    /// <summary>Destroys a pair that was not used.</summary>
    public Result<Done, ModuleRefusal> Destroy(UnwrapKeyPair pair)
        => Run<Result<Done, ModuleRefusal>>(
            isWriting: true, (_, session) => UnwrapPair.Destroy(session, pair.Label) ? Done.Value : ModuleRefusal.NotFound, isForged: null).Flatten();
}

/// <summary>A refusal of the module, or one of the call inside it: one refusal.</summary>
internal static class NestedResult
{
    public static Result<T, ModuleRefusal> Flatten<T>(this Result<Result<T, ModuleRefusal>, ModuleRefusal> nested)
        => nested.TryGet(out var inner, out var why) ? inner : why;
}
