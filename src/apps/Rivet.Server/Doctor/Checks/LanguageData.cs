using System.Globalization;

namespace Rivet.Server.Doctor.Checks;

/// <summary>The runtime has ICU: names then sort and compare as their languages want.</summary>
internal sealed class LanguageData : ICheck
{
    public string Id => "languages.icu";

    public ValueTask<Finding> LookAsync(Patient patient, CancellationToken ct)
        => ValueTask.FromResult(IsThere ? Finding.Passing("There") : Finding.Attention("Missing"));

    /// <summary>Without ICU Ä comes after Z.</summary>
    private static bool IsThere => string.Compare("Ä", "Z", CultureInfo.GetCultureInfo("en"), CompareOptions.None) < 0;
}
