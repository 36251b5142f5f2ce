using System.Globalization;
using Rivet.Kernel;

namespace Rivet.Audit.Retention;

/// <summary>The classes of OCSF that have a retention of their own, and its bounds.</summary>
internal static class RetentionClasses
{
    /// <summary>Stands for every class that the product does not know.</summary>
    public const int Others = -1;

    /// <summary>Most months that can be set; more is for ever.</summary>
    public const int Most = 120;

    /// <summary>Class of what is done to the log itself (<c>audit.retention.changed</c>): who shortened it can be read for at least a year.</summary>
    private const int OfTheLog = (int)OcsfType.EntityUpdated / 100;
    private const int LeastOfTheLog = 12;
    private const int Least = 3;

    /// <summary>The classes of the product's own kinds, ascending, and <see cref="Others"/> last.</summary>
    public static IReadOnlyList<int> All { get; } = [.. Enum.GetValues<OcsfType>().Select(type => (int)type / 100).Distinct().Order(), Others];

    /// <summary>Whose retention a class follows.</summary>
    public static int Of(int ocsfClass) => All.Contains(ocsfClass) ? ocsfClass : Others;

    /// <summary>The least months a class can be kept.</summary>
    public static int LeastOf(int ocsfClass) => ocsfClass == OfTheLog ? LeastOfTheLog : Least;

    /// <summary>Whether a class can be kept for so long.</summary>
    public static bool Allows(int ocsfClass, int months) => months == 0 || (months >= LeastOf(ocsfClass) && months <= Most);

    /// <summary>As an event names it.</summary>
    public static string NameOf(int ocsfClass) => ocsfClass == Others ? "others" : ocsfClass.ToString(CultureInfo.InvariantCulture);
}
