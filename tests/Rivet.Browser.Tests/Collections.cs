using Rivet.Browser.Tests;

[assembly: AssemblyFixture(typeof(Chromium))]
