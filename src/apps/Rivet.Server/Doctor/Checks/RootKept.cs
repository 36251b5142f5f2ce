using Rivet.Storage;
using Rivet.Vault;

namespace Rivet.Server.Doctor.Checks;

/// <summary>The root opens as a start would open it: the plain file, the seal around it, or the token with a fit key and a PIN that is right.</summary>
internal sealed class RootKept : ICheck
{
    public string Id => "root.kept";

    public async ValueTask<Finding> LookAsync(Patient patient, CancellationToken ct)
    {
        _ = FileFacts.Of(patient.Store);
        var file = Path.Combine(patient.KeysFolder, "root.key");
        using var store = StoreLook.Open(patient.Options.DataFolder, patient.Running is not null);
        var found = await RootInspection.LookAsync(store, file, patient.Options.RootSeal with { Ask = null }, patient.Time, ct);
        return found.Keeping switch
        {
            RootKeeping.Broken => Finding.Failing("Broken", found.Reason),
            RootKeeping.Unknown => Finding.NotProven("Unknown", file),
            RootKeeping.PassphraseUntried => Finding.NotProven("PassphraseUntried", file),
            RootKeeping.Plain => Finding.Attention("Plain", file),
            var kept => Finding.Passing(kept.ToString(), file),
        };
    }
}
