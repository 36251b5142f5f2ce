namespace Rivet.Client;

/// <summary>How a new device introduces itself.</summary>
/// <param name="PersonName">The person's name; ignored where the invitation already names a person.</param>
/// <param name="DeviceName">The device's name, as its person will read it.</param>
/// <param name="CompanyName">Only with the administrator code: founds the company. Else empty.</param>
public sealed record JoinDetails(string PersonName, string DeviceName, string CompanyName);
