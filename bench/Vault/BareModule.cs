using System.Security.Cryptography;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;

namespace Rivet.Bench.Vault;

/// <summary>The module alone: one signed-in session, one key, AES-GCM calls and nothing around them.</summary>
internal sealed class BareModule
{
    private readonly Pkcs11InteropFactories factories = new();
    private readonly ISession session;
    private readonly IObjectHandle key;

    /// <summary>After the vault started: the process is signed in already, and the key is its root.</summary>
    public BareModule(string library)
    {
        // Never disposed: that would end the vault's sessions too.
        var module = factories.Pkcs11LibraryFactory.LoadPkcs11Library(factories, library, AppType.MultiThreaded);
        session = module.GetSlotList(SlotsType.WithTokenPresent).Single(slot => slot.GetTokenInfo().Label.Trim() == "bench").OpenSession(SessionType.ReadOnly);
        key = session.FindAllObjects([factories.ObjectAttributeFactory.Create(CKA.CKA_CLASS, CKO.CKO_SECRET_KEY)]).Single();
    }

    public void WrapAndUnwrap(byte[] secret, byte[] associatedData)
    {
        var nonce = RandomNumberGenerator.GetBytes(12);
        var body = Call(nonce, associatedData, mechanism => session.Encrypt(mechanism, key, secret));
        Call(nonce, associatedData, mechanism => session.Decrypt(mechanism, key, body));
    }

    private byte[] Call(byte[] nonce, byte[] associatedData, Func<IMechanism, byte[]> call)
    {
        using var parameters = factories.MechanismParamsFactory.CreateCkGcmParams(nonce, 96, associatedData, 128);
        using var mechanism = factories.MechanismFactory.Create(CKM.CKM_AES_GCM, parameters);
        return call(mechanism);
    }
}
